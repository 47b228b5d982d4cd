/** Actions and messages of an app. `arclet types` writes the types of your app. */
export interface AppShape {
  /** Input and output of each action. */
  readonly actions: Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>;
  /** The messages the app sends, by their `type`. */
  readonly messages: Readonly<Record<string, unknown>>;
}

/** Without types, every name and shape is allowed. */
// oxlint-disable-next-line typescript/no-explicit-any
export interface AnyApp {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly actions: Readonly<Record<string, { readonly input: any; readonly output: any }>>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly messages: Readonly<Record<string, any>>;
}

type Input<App extends AppShape, Name extends keyof App["actions"]> = App["actions"][Name]["input"];
type Output<
  App extends AppShape,
  Name extends keyof App["actions"],
> = App["actions"][Name]["output"];

/** The input is optional for actions without input. */
export type ActionArguments<Given> = [keyof Given] extends [never]
  ? [input?: Given]
  : unknown extends Given
    ? [input?: Given]
    : [input: Given];

/** `connecting` during each attempt, `waiting` before the next one, `closed` after `close()`. */
export type Status = "connecting" | "open" | "waiting" | "closed";

/** An error frame from API Gateway: the function crashed, timed out, or was throttled. */
export interface GatewayFrame {
  readonly message: string;
  readonly connectionId: string;
  /** API Gateway's request id, not the client's. */
  readonly requestId: string;
}

/** A message that was never sent: the queue was full. */
export interface Dropped {
  readonly action: string;
  readonly input: unknown;
}

/** Events of the client itself, in addition to the app's messages. */
export interface ClientEvents {
  readonly status: Status;
  /** The socket is open again after a lost connection. Fetch what was sent in the meantime. */
  readonly resumed: undefined;
  readonly gateway: GatewayFrame;
  readonly dropped: Dropped;
  /** Text that is neither an answer nor a message of the app, or the bytes of a binary message. */
  readonly other: string | Blob | ArrayBuffer;
}

type Messages<App extends AppShape> = Omit<App["messages"], keyof ClientEvents> & ClientEvents;

export interface ClientBase<App extends AppShape> {
  readonly status: Status;
  /** Calls `listener` for every message of a type, or every event of the client. Returns a function that unsubscribes. */
  on<Type extends keyof Messages<App> & string>(
    type: Type,
    listener: (message: Messages<App>[Type]) => void,
  ): () => void;
  /** Sends without waiting for an answer. Resolves when the message has been passed to an open socket. */
  send<Name extends keyof App["actions"] & string>(
    action: Name,
    ...input: ActionArguments<Input<App, Name>>
  ): Promise<void>;
  /** Same as `app.action(input)`, for actions whose names collide with the client's own methods. */
  call<Name extends keyof App["actions"] & string>(
    action: Name,
    ...input: ActionArguments<Input<App, Name>>
  ): Promise<Output<App, Name>>;
  /** Closes the socket permanently. Pending calls reject. */
  close(): void;
}

/** `await app.say({ text: "hi" })` resolves with the action's answer. */
export type Client<App extends AppShape> = ClientBase<App> & {
  readonly [Name in Exclude<keyof App["actions"] & string, keyof ClientBase<App>>]: (
    ...input: ActionArguments<Input<App, Name>>
  ) => Promise<Output<App, Name>>;
};
