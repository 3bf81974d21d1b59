import { type Metrics, METRICS_TYPE } from '@covenant/service/metrics'
import type { Plugin } from 'graphql-yoga'
import { METRICS_PATH } from '../routes.ts'

export type CountAnswer = (labels: { status: string }) => void

/** Counts answers by their status, and shows all figures of the process to Prometheus. */
export function useMetrics(metrics: Metrics, countAnswer: CountAnswer): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== METRICS_PATH) return
      const headers = { 'content-type': METRICS_TYPE }
      endResponse(new fetchAPI.Response(metrics.text(), { headers }))
    },
    onResponse({ response }) {
      countAnswer({ status: String(response.status) })
    },
  }
}
