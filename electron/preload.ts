import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import * as z from 'zod';
import {
  type Bridge,
  CHANNEL,
  forgetSecretRequest,
  hostInfo,
  keepSecretRequest,
  menuCommand,
  openExternalRequest,
  openedFile,
  openForSignInRequest,
  saveFileRequest,
  secretNames,
  secretOutcome,
  signInBegun,
  signInResult,
  signInResultRequest,
  themeRequest,
} from '../shared/bridge/bridge.ts';
import { deepLink } from '../shared/bridge/deepLink.ts';
import {
  handedOver,
  hostSpaces,
  joinSpaceRequest,
  leaveSpaceRequest,
  nameSpaceRequest,
  openSpaceRequest,
} from '../shared/bridge/hostSpaces.ts';

// Schemas are interpreted here: compiling them would need `eval`, which the page's policy forbids.
z.config({ jitless: true });

/** The one thing the page gets from Electron: a short list of named verbs. `ipcRenderer` itself never crosses. */
const bridge: Bridge = {
  info: async () => hostInfo.parse(await ipcRenderer.invoke(CHANNEL.info)),
  saveFile: async (request) => ipcRenderer.invoke(CHANNEL.saveFile, saveFileRequest.parse(request)),
  openExternal: async (request) => ipcRenderer.invoke(CHANNEL.openExternal, openExternalRequest.parse(request)),
  setTheme: async (request) => ipcRenderer.invoke(CHANNEL.setTheme, themeRequest.parse(request)),
  openedFile: async () => openedFile.optional().parse(await ipcRenderer.invoke(CHANNEL.openedFile)),
  openedLink: async () => deepLink.optional().parse(await ipcRenderer.invoke(CHANNEL.openedLink)),
  keepSecret: async (request) => secretOutcome.parse(await ipcRenderer.invoke(CHANNEL.keepSecret, keepSecretRequest.parse(request))),
  forgetSecret: async (request) => secretOutcome.parse(await ipcRenderer.invoke(CHANNEL.forgetSecret, forgetSecretRequest.parse(request))),
  secretNames: async () => secretNames.parse(await ipcRenderer.invoke(CHANNEL.secretNames)),
  secretsAvailable: async () => secretOutcome.parse(await ipcRenderer.invoke(CHANNEL.secretsAvailable)),
  beginSignIn: async () => signInBegun.parse(await ipcRenderer.invoke(CHANNEL.beginSignIn)),
  openForSignIn: async (request) => ipcRenderer.invoke(CHANNEL.openForSignIn, openForSignInRequest.parse(request)),
  signInResult: async (request) => signInResult.parse(await ipcRenderer.invoke(CHANNEL.signInResult, signInResultRequest.parse(request))),
  spaces: async () => hostSpaces.parse(await ipcRenderer.invoke(CHANNEL.spaces)),
  openSpace: async (request) => ipcRenderer.invoke(CHANNEL.openSpace, openSpaceRequest.parse(request)),
  handedOver: async () => handedOver.parse(await ipcRenderer.invoke(CHANNEL.handedOver)),
  joinSpace: async (request) => z.boolean().parse(await ipcRenderer.invoke(CHANNEL.joinSpace, joinSpaceRequest.parse(request))),
  leaveSpace: async (request) => ipcRenderer.invoke(CHANNEL.leaveSpace, leaveSpaceRequest.parse(request)),
  nameSpace: async (request) => ipcRenderer.invoke(CHANNEL.nameSpace, nameSpaceRequest.parse(request)),
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
