/** Whether this is the package that `npm run package` makes, whose TypeScript has become JavaScript. */
const isInstalled = !import.meta.filename.endsWith('.ts')

/** What a person types to start everything, to play the demo and to install again what is missing. */
export const START = isInstalled ? 'covenant up' : 'npm start'
export const DEMO = isInstalled ? 'covenant demo' : 'npm run demo'
export const INSTALL = isInstalled ? 'npm install -g with the tarball of covenant' : 'npm ci'
