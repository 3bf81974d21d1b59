import { testEscapesOf } from './escapes-of.fixture.ts'

for (const executor of ['crun', 'runc'] as const) await testEscapesOf(executor)
