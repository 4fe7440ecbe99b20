export function roleStatement(of: { role: string; password: string; exists: boolean }): string;
export function databaseStatements(of: { database: string }): string[];
export function accessStatements(of: { database: string; role: string; schema: string }): string[];
export function publicSchemaStatements(): string[];
export function schemaStatements(of: { role: string; schema: string }): string[];
