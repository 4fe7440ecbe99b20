/** The services' database, by the administrator's address of its server. */
export function databaseOf(serverUrl = ''): string {
  const url = new URL(serverUrl);
  url.pathname = '/ymera';
  return url.href;
}
