import { testEscapesOf } from './escapes-of.fixture.ts'

await testEscapesOf('bubblewrap')
