// What loop.c and transfer.c share.
#ifndef CCURL_INTERNAL_H
#define CCURL_INTERNAL_H

#include "CCurl.h"

typedef enum pc_kind { PC_KIND_UNKNOWN = 0, PC_KIND_HTTP1, PC_KIND_HTTP2 } pc_kind;

/// What is known about one descriptor, indexed by its number.
typedef struct pc_fd {
  uint8_t want, have;  // CURL_POLL_… wanted by libcurl, and as epoll knows it
  bool queued;         // in loop->changed
  bool ours;           // opened by open_socket and not yet closed
  uint8_t kind;        // pc_kind, once an answer came over it
  uint32_t serial;     // tells a descriptor from a later one of the same number
  int local_port, remote_port;
  char remote[46];
} pc_fd;

struct pc_loop {
  CURLM *multi;
  int epoll, wake;
  int64_t timer;      // libcurl's next timer, or -1
  int64_t next_check; // no limit of a live transfer runs out before
  pc_fd *fds;
  int fd_count;
  int *changed;       // descriptors whose `want` may differ from `have`
  int changed_count, changed_capacity;
  int *fd_by_port;    // local port to descriptor, 65,536 entries, -1 for none
  uint32_t serial;
  pc_transfer *live;
  int live_count;
  int running;        // live transfers that libcurl has not ended, as far as known
  pc_transfer *ended; // by us rather than by libcurl
};

pc_fd *pc_fd_at(pc_loop *loop, int fd);
void pc_loop_insert(pc_loop *loop, pc_transfer *transfer);
void pc_loop_remove(pc_loop *loop, pc_transfer *transfer);
void pc_loop_watch(pc_loop *loop, const pc_transfer *transfer);
/// The instant at which the transfer runs over a limit, and which.
int64_t pc_transfer_deadline(const pc_transfer *transfer, pc_stop *which);
/// Reads what libcurl knows about an ended transfer.
void pc_transfer_conclude(pc_transfer *transfer, CURLcode code);
bool pc_bytes_append(pc_bytes *bytes, const void *more, size_t count);

#endif
