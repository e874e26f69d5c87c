// libcurl for Swift: a multi handle driven by epoll, easy handles that stay configured, and an address check.
//
// Everything but `pc_loop_wake`, `pc_url_check` and `pc_address_is_refused` belongs to the one thread that runs the loop.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct pc_loop pc_loop;

/// Why one of our own callbacks or clocks ended a transfer; PC_STOP_NONE where libcurl's code tells the reason.
typedef enum pc_stop {
  PC_STOP_NONE = 0,
  PC_STOP_BODY_TOO_LARGE,
  PC_STOP_HEADERS_TOO_LARGE,
  PC_STOP_OUT_OF_MEMORY,
  /// The pooled connection held bytes nobody asked for, or was closed by the peer; nothing was sent on it.
  PC_STOP_STALE,
  /// libcurl wanted to send the request a second time by itself.
  PC_STOP_RESEND,
  /// The answer began before the request was out, on a connection used before: it is not the answer to this request.
  PC_STOP_EARLY_ANSWER,
  PC_STOP_CONNECT_TIMEOUT,
  PC_STOP_FIRST_BYTE_TIMEOUT,
  PC_STOP_IDLE_TIMEOUT,
  PC_STOP_TOTAL_TIMEOUT,
} pc_stop;

/// Where the body stood when a piece of it had arrived.
typedef struct pc_mark {
  size_t end;   // bytes of the decoded body up to and with this piece
  int64_t at;   // monotonic nanoseconds
} pc_mark;

typedef struct pc_bytes {
  uint8_t *start;
  size_t count, capacity;
} pc_bytes;

/// Called on the loop thread with each piece of the decoded body; says whether it counts as progress for the idle limit.
typedef bool (*pc_body_hook)(void *context, const uint8_t *bytes, size_t count);

/// Limits of one transfer; times in nanoseconds.
typedef struct pc_limits {
  int64_t connect, first_byte, idle, total;
  size_t body, headers;
} pc_limits;

/// One easy handle with the buffers it fills. The Swift side reads the fields after `pc_loop_done` handed it out.
typedef struct pc_transfer {
  CURL *easy;
  pc_loop *loop;
  void *owner;  // for the Swift side

  pc_bytes upload;
  pc_limits limits;
  pc_body_hook hook;
  void *hook_context;
  bool keeps_marks;

  pc_bytes body;
  pc_bytes headers;      // the last header block, status line first, lines ending in CR LF as received
  pc_bytes marks;        // of pc_mark
  size_t header_bytes;   // over all blocks and trailers, for the limit
  bool headers_complete;

  // Monotonic nanoseconds; 0: not reached. `first_byte` is that of the final answer, not of a 1xx.
  int64_t started, connected, first_byte, first_body, progressed, finished;

  CURLcode code;
  pc_stop stop;
  long status;
  long version;          // CURL_HTTP_VERSION_…
  long os_error;         // errno of what failed on the socket, or 0
  long tunnel_status;    // a proxy's answer to CONNECT, or 0
  int64_t request_bytes; // bytes of the request that were handed to the socket
  bool address_refused;  // an address was refused by policy
  bool reused;           // the connection had carried a request before
  char error[CURL_ERROR_SIZE];

  // of the loop
  bool posts;
  int sends;
  bool fresh, forbids_reuse, is_live;
  int fd;
  uint32_t fd_serial;
  int opened[8];
  uint32_t opened_serial[8];
  int opened_count;
  struct pc_transfer *previous, *next;
} pc_transfer;

/// What stays the same from request to request of one endpoint. Texts are copied.
typedef struct pc_setup {
  const char *url;
  bool posts;                  // POST with the upload as its body, else GET
  struct curl_slist *headers;  // must outlive its use by the handle
  const char *proxy;           // "" for none
  const char *no_proxy;
  const char *ca_file, *ca_path;  // NULL: libcurl's own
} pc_setup;

/// Starts libcurl; NULL when it worked, else what is wrong. Call once before any loop.
const char *pc_global_start(void);

pc_loop *pc_loop_new(long max_connections);
void pc_loop_free(pc_loop *loop);
/// Ends a wait in `pc_loop_step`. The only call allowed from other threads while the loop lives.
void pc_loop_wake(pc_loop *loop);
/// Puts transfers that were started since on their way.
void pc_loop_send(pc_loop *loop);
/// Takes what has arrived; sleeps until something does, if it may.
void pc_loop_wait(pc_loop *loop, bool may_sleep);
/// The next transfer that ended, by itself or over one of its limits, or NULL. It is no longer in the loop and may be started again.
/// Call until NULL after each `pc_loop_wait`.
pc_transfer *pc_loop_done(pc_loop *loop);

pc_transfer *pc_transfer_new(pc_loop *loop);
void pc_transfer_free(pc_transfer *transfer);
CURLcode pc_transfer_configure(pc_transfer *transfer, const pc_setup *setup);
/// Begins the transfer with a copy of `body`. False when memory ran out or libcurl refused.
bool pc_transfer_start(pc_transfer *transfer, const uint8_t *body, size_t count, pc_limits limits);
/// Ends a live transfer at once: its connection is closed, or its stream reset; it will not come out of `pc_loop_done`.
void pc_transfer_abandon(pc_transfer *transfer);

/// Monotonic nanoseconds, the clock of all instants above.
int64_t pc_now(void);

typedef enum pc_url_verdict {
  PC_URL_FINE = 0,
  PC_URL_MALFORMED,
  PC_URL_SCHEME,
  PC_URL_CREDENTIALS,
  PC_URL_ADDRESS,  // the host is an address that is never called, in whatever spelling
} pc_url_verdict;

typedef struct pc_url {
  bool is_secure;
  char host[256];
  long port;
} pc_url;

/// Reads the URL with the parser that the transfer will use, and judges it. `out` is filled where the verdict is not MALFORMED.
pc_url_verdict pc_url_check(const char *url, pc_url *out);
/// Link-local and cloud metadata addresses, also inside IPv6 forms that embed IPv4.
bool pc_address_is_refused(const struct sockaddr *address);

#endif
