declare module 'eslint-plugin-security' {
  const plugin: object;
  export = plugin;
}
