import type { Hex } from '@covenant/schema/hash'
import { concatHex, encodeU32, ScaleReader, toBytes, toHex } from '../scale.ts'
import { blockAt, callRuntime } from './lookup.ts'
import type { Methods, Node } from './method.ts'
import type { Params } from './params.ts'

const CLASSES = ['normal', 'operational', 'mandatory']

export function paymentMethods({ chain }: Node): Methods {
  const ask = async (method: string, params: Params) => {
    const extrinsic = params.hex(0, 'extrinsic')
    const length = toHex(encodeU32(toBytes(extrinsic).length))
    const block = blockAt(chain, params, 1)
    return new ScaleReader(await callRuntime(chain, block, method, concatHex(extrinsic, length)))
  }
  return {
    payment_queryInfo: async (params) => {
      const info = await ask('TransactionPaymentApi_query_info', params)
      const weight = { ref_time: Number(info.compact()), proof_size: Number(info.compact()) }
      return { weight, class: CLASSES[info.u8()], partialFee: info.u128().toString() }
    },
    payment_queryFeeDetails: async (params) => {
      const details = await ask('TransactionPaymentApi_query_fee_details', params)
      const isCharged = details.u8() === 1
      const fee = (): Hex => `0x${details.u128().toString(16)}`
      const inclusionFee = isCharged
        ? { baseFee: fee(), lenFee: fee(), adjustedWeightFee: fee() }
        : null
      return { inclusionFee }
    },
  }
}
