import type { YogaServerOptions } from 'graphql-yoga'

type Render = NonNullable<YogaServerOptions<object, object>['renderGraphiQL']>

/** The page for people, whole: it loads nothing from elsewhere. Its 9 MB are read when first asked for. */
export const renderGraphiQL: Render = async (options) =>
  (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options)
