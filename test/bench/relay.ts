import { WebSocketServer } from 'ws';

/** The bare relay that the server is measured against: every frame goes to everyone else in the room, nothing is read or kept. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const rooms = new Map<string, Set<import('ws').WebSocket>>();

server.on('connection', (socket, request) => {
  const room = rooms.get(request.url ?? '') ?? new Set();
  rooms.set(request.url ?? '', room.add(socket));
  socket.on('message', (data: Buffer) => {
    for (const peer of room) if (peer !== socket) peer.send(data);
  });
  socket.on('close', () => room.delete(socket));
});
server.on('listening', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
