import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { CLOSE, SUBPROTOCOL } from '../../shared/wire/closeCodes.ts';
import { LIMITS } from './limits.ts';

const TOO_BIG = 1009;
/** Protocol error, not UTF-8, policy: what the websocket layer itself finds wrong with a frame. */
const NOT_A_FRAME: readonly number[] = [1002, 1003, 1007, 1008];

/** A frame that the websocket layer refuses ends with our codes too: on its own ones a stock client would try again for ever. */
class ServerSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === TOO_BIG) super.close(CLOSE.tooLarge, 'frame too large');
    else if (code !== undefined && NOT_A_FRAME.includes(code)) super.close(CLOSE.malformed, 'not a frame');
    else super.close(code, reason);
  }
}

/** Takes sockets over from the HTTP server. No compression: what is small on the wire is small in memory. */
export function socketServer(maxPayload: number): WebSocketServer {
  const options: ServerOptions & { readonly maxFragments: number; readonly maxBufferedChunks: number; readonly closeTimeout: number } = {
    noServer: true,
    maxPayload,
    maxFragments: LIMITS.fragments,
    maxBufferedChunks: LIMITS.chunks,
    closeTimeout: LIMITS.closing,
    perMessageDeflate: false,
    WebSocket: ServerSocket as unknown as typeof WebSocket,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
  return new WebSocketServer(options as ServerOptions);
}
