export { type Database, openDatabase } from './database.ts'
export { type ApiOptions, createApi } from './server.ts'
