/** An error that goes to the client as it is: JSON-RPC's `error` member. */
export class RpcError extends Error {
  override name = 'RpcError'
  readonly code: number
  readonly data?: string

  constructor(code: number, message: string, data?: string) {
    super(message)
    this.code = code
    if (data !== undefined) this.data = data
  }

  toJSON(): { code: number; message: string; data?: string } {
    const { code, message, data } = this
    return data === undefined ? { code, message } : { code, message, data }
  }
}
