export { createLog, type Log, type LogFields, type LogLevel } from './log.ts'
export { runService, type Service, type ServiceMessage } from './run-service.ts'
