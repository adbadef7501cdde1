import type { Row } from './tables.ts';
import {
  again,
  broken,
  caller,
  cancelled,
  classDefaults,
  exhausted,
  inHand,
  mistake,
  ours,
  outage,
  passing,
  refused,
  rejected,
  spent,
  throttled,
  unsent,
} from './verdicts.ts';

/** What this package, opossum and cockatiel answer by themselves. */
export const ownRows: readonly Row[] = [
  ['HOLDFAST_(?:CIRCUIT_OPEN|BULKHEAD_FULL|RATE_LIMITED|LOAD_SHED|QUEUE_FULL|NO_ENDPOINT)', rejected],
  ['EOPENBREAKER|ESEMLOCKED', rejected],
  ['HOLDFAST_TIMED_OUT', outage],
  ['HOLDFAST_FAULT_INJECTED', refused],
  ['HOLDFAST_IDEMPOTENCY_CONFLICT', caller],
  ['HOLDFAST_SAGA_FAILED', classDefaults.partial_outage],
];

export const httpRows: readonly Row[] = [
  ['1..|408', passing],
  ['421|425', again],
  ['429', throttled],
  ['4..', caller],
  ['501|505', ours],
  ['5..', outage],
];

/** `connect`, `getaddrinfo` and the like, or got's event, and the code. */
export const phaseRows: readonly Row[] = [
  ['(?:connect|lookup|secureConnect|get\\w+|query\\w+) (?:E?TIMEDOUT|ETIMEOUT|ECONN\\w+|EPIPE)', refused],
  // A Unix socket that nobody has made yet, or whose queue is full.
  ['connect (?:ENOENT|EAGAIN)', refused],
  ['(?:get|query)\\w+ (?:EAI_FAIL|EAI_NODATA|EAI_NONAME|ENODATA|ESERVFAIL|EREFUSED)', refused],
];

/** Codes of Node, undici, axios and got. */
export const systemRows: readonly Row[] = [
  ['ECONNREFUSED|ENOTFOUND|E(?:NET|HOST)UNREACH|EHOSTDOWN|ENETDOWN|NR_CLOSED', refused],
  ['UND_ERR_CONNECT_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT|ERR_TLS_HANDSHAKE_TIMEOUT', refused],
  ['EAI_AGAIN|ERR_HTTP2_(?:GOAWAY_SESSION|INVALID_SESSION)', unsent],
  ['ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE|UNCERTAIN_STATE', passing],
  ['ERR_SOCKET_CLOSED|ERR_STREAM_DESTROYED|ERR_READING_RESPONSE_STREAM', passing],
  ['ERR_HTTP2_(?:STREAM|SESSION)_ERROR|ERR_HTTP2_STREAM_CANCEL', passing],
  ['ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:HEADERS|BODY)_TIMEOUT', outage],
  // The other side answers what no client understands, or the client says no more.
  ['HPE_\\w+|ERR_NETWORK|ERR_BAD_RESPONSE|ERR_BODY_PARSE_FAILURE|ERR_TOO_MANY_REDIRECTS', outage],
  ['ERR_FR_TOO_MANY_REDIRECTS|CONNECTION_BROKEN|PROTOCOL_(?:CONNECTION_LOST|SEQUENCE_TIMEOUT)', outage],
  ['ERR_BAD_REQUEST', caller],
  // postgres.js
  ['CONNECT_TIMEOUT', refused],
  ['CONNECTION_CLOSED', passing],
  ['CONNECTION_(?:ENDED|DESTROYED)', ours],
  ['EADDRINUSE', again],
  ['UND_ERR_REQ_RETRY', inHand],
  ['EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|ENOMEM', spent],
  ['ENOSPC|EROFS|EDQUOT|EIO|EACCES|EPERM|ENOENT', ours],
  // What is left of undici's, axios' and got's codes says that they were used wrongly.
  ['UND_ERR_(?!ABORTED).*|ERR_INVALID_URL|ERR_BAD_OPTION\\w*|ERR_NOT_SUPPORT|ERR_UNSUPPORTED_PROTOCOL', ours],
  // What is left of the clients of MySQL says that a connection is used after its end.
  ['PROTOCOL_ENQUEUE_\\w+|POOL_CLOSED', ours],
  ['.*CERT.*|.*SIGNATURE.*|UNABLE_TO_.*|HOSTNAME_MISMATCH|EPROTO|ERR_SSL_.*', broken],
];

/** By number in the error, by name here. */
export const grpcRows: readonly Row[] = [
  ['CANCELLED', cancelled],
  ['UNAVAILABLE', refused],
  ['DEADLINE_EXCEEDED|INTERNAL|UNKNOWN', outage],
  ['RESOURCE_EXHAUSTED', exhausted],
  ['ABORTED', again],
  ['DATA_LOSS', broken],
  ['UNIMPLEMENTED', ours],
  ['\\w+', caller],
];

/** Names in version 3 of the SDK, codes in version 2. They go before the status, which is often 400. */
export const awsRows: readonly Row[] = [
  [
    'BandwidthLimitExceeded|EC2ThrottledException|LimitExceededException|PriorRequestNotComplete|' +
      'ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled(?:Exception)?|SlowDown|' +
      'ThrottledException|Throttling(?:Exception)?|TooManyRequestsException|TransactionInProgressException',
    throttled,
  ],
  ['RequestTimeout(?:Exception)?', passing],
  [
    'AuthFailure|InvalidSignatureException|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|' +
      'SignatureDoesNotMatch',
    inHand,
  ],
];

/** Where only the message tells: clients that give no code, and codes that mean two things. */
export const messageRows: readonly Row[] = [
  // Of fetch, which hides it behind "fetch failed": nothing was sent, as the address is wrong.
  ['unknown scheme|bad port', ours],
  // The handshake was not over, so the request was not sent.
  ['Client network socket disconnected before secure TLS connection was established', unsent],
  ['.*NGHTTP2_REFUSED_STREAM', again],
  ['timeout of \\d+ ?ms exceeded', outage],
  ['stream has been aborted', passing],
  ['(?:\\d+ RESOURCE_EXHAUSTED: )?(?:Received|Sent|Attempted to send) message larger than max.*', caller],
  ['canceling statement due to user request', cancelled],
  // pg and its pool
  ['timeout exceeded when trying to connect|Connection terminated due to connection timeout', refused],
  ['Client has encountered a connection error and is not queryable', refused],
  ['Connection terminated(?: unexpectedly)?|Query read timeout', outage],
  ['Client was closed and is not queryable|Cannot use a pool after calling end on the pool', ours],
  // ioredis and the server
  [
    "ERR max number of clients reached|Stream isn't writeable and enableOfflineQueue options is false",
    refused,
  ],
  ["Can't add new command when connection is in closed state", refused],
  ['Connection is closed\\.|Command timed out', outage],
];

export const nameRows: readonly Row[] = [
  ['TimeoutError|TaskCancelledError|SocketTimeoutError|MaxRetriesPerRequestError', outage],
  ['BrokenCircuitError|IsolatedCircuitError|BulkheadRejectedError', rejected],
  // node-redis and ioredis
  ['ConnectionTimeoutError|ClientOfflineError|RootNodesUnavailableError|ClusterAllFailedError', refused],
  ['SocketClosedUnexpectedlyError', passing],
  ['ClientClosedError|ReconnectStrategyError|DisconnectsClientError', ours],
  ['WatchError', again],
  // MongoDB
  ['MongoServerSelectionError|MongoWaitQueueTimeoutError|MongoPoolClearedError', refused],
  ['MongoNetworkError|MongoNetworkTimeoutError', outage],
  [
    'Mongo(?:NotConnected|TopologyClosed|ClientClosed|ExpiredSession|Parse|InvalidArgument|' +
      'MissingCredentials|MissingDependency)Error',
    ours,
  ],
];

/** Codes and names. They stand behind the rest: a time-out may be why a call was given up. */
export const cancelRows: readonly Row[] = [
  ['ABORT_ERR|ERR_CANCELED|UND_ERR_ABORTED|AbortError|CanceledError|CancelError', cancelled],
];

/** What `fetch` says where its cause is not known. */
export const fetchRows: readonly Row[] = [
  ['fetch failed|Failed to fetch|terminated|other side closed|Load failed|network error', outage],
];

export const mistakeRows: readonly Row[] = [['TypeError|ReferenceError|RangeError', mistake]];
