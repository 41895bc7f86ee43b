import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import * as z from 'zod';
import { type Bridge, CHANNEL, menuCommand, openedFile } from '../shared/bridge/bridge.ts';

// Schemas are interpreted here: compiling them would need `eval`, which the page's policy forbids.
z.config({ jitless: true });

/** The one thing the page gets from Electron: a short list of named verbs. `ipcRenderer` itself never crosses. */
const bridge: Bridge = {
  info: () => ipcRenderer.invoke(CHANNEL.info),
  saveFile: (request) => ipcRenderer.invoke(CHANNEL.saveFile, request),
  openExternal: (request) => ipcRenderer.invoke(CHANNEL.openExternal, request),
  setTheme: (request) => ipcRenderer.invoke(CHANNEL.setTheme, request),
  openedFile: async () => openedFile.optional().parse(await ipcRenderer.invoke(CHANNEL.openedFile)),
  onMenu: (callback) => {
    const listener = (_event: IpcRendererEvent, message: unknown): void => {
      const command = menuCommand.safeParse(message);
      if (command.success) callback(command.data);
    };
    ipcRenderer.on(CHANNEL.menu, listener);
    return () => void ipcRenderer.off(CHANNEL.menu, listener);
  },
};

contextBridge.exposeInMainWorld('muster', bridge);
