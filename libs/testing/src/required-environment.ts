/** Tests run on real servers and never skip: a missing address fails with an instruction. */
export function requiredEnvironment(
  name: 'YMERA_POSTGRES_URL' | 'YMERA_RABBITMQ_URL' | 'YMERA_RABBITMQ_MANAGEMENT_URL',
): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `${name} is not set: run the tests with \`npm test\`, which starts the servers, or point it at one.`,
    );
  return value;
}
