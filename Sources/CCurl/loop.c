// The loop: libcurl's multi handle over epoll, our own time limits, and what is known about each connection.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

const char *pc_global_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? NULL : "libcurl could not start"; }

int64_t pc_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

pc_fd *pc_fd_at(pc_loop *loop, int fd) {
  if (fd < 0) return NULL;
  if (fd >= loop->fd_count) {
    int count = fd + 64 > loop->fd_count * 2 ? fd + 64 : loop->fd_count * 2;
    pc_fd *grown = realloc(loop->fds, (size_t)count * sizeof *grown);
    if (!grown) return NULL;
    memset(grown + loop->fd_count, 0, (size_t)(count - loop->fd_count) * sizeof *grown);
    loop->fds = grown;
    loop->fd_count = count;
  }
  return &loop->fds[fd];
}

static bool queue_change(pc_loop *loop, int fd, pc_fd *entry) {
  if (entry->queued) return true;
  if (loop->changed_count == loop->changed_capacity) {
    int capacity = loop->changed_capacity ? loop->changed_capacity * 2 : 64;
    int *grown = realloc(loop->changed, (size_t)capacity * sizeof *grown);
    if (!grown) return false;
    loop->changed = grown;
    loop->changed_capacity = capacity;
  }
  loop->changed[loop->changed_count++] = fd;
  entry->queued = true;
  return true;
}

// libcurl drops and takes up a pooled descriptor again for every request; the changes are gathered until the next wait, where most
// have cancelled out. Descriptors of libcurl's own (the resolver's) are closed behind our back, so theirs leave epoll at once.
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused) {
  (void)easy; (void)unused;
  pc_loop *loop = context;
  pc_fd *entry = pc_fd_at(loop, fd);
  if (!entry) return -1;
  entry->want = what == CURL_POLL_REMOVE ? 0 : (uint8_t)what;
  if (what == CURL_POLL_REMOVE && !entry->ours) {
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    entry->have = 0;
    return 0;
  }
  return queue_change(loop, fd, entry) ? 0 : -1;
}

static int on_timer(CURLM *multi, long ms, void *context) {
  (void)multi;
  ((pc_loop *)context)->timer = ms < 0 ? -1 : pc_now() + (int64_t)ms * 1000000;
  return 0;
}

static void apply_changes(pc_loop *loop) {
  for (int i = 0; i < loop->changed_count; i++) {
    int fd = loop->changed[i];
    pc_fd *entry = &loop->fds[fd];
    entry->queued = false;
    if (entry->want == entry->have) continue;
    struct epoll_event event = {.data.fd = fd};
    if (entry->want & CURL_POLL_IN) event.events |= EPOLLIN;
    if (entry->want & CURL_POLL_OUT) event.events |= EPOLLOUT;
    int operation = entry->want == 0 ? EPOLL_CTL_DEL : entry->have == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(loop->epoll, operation, fd, &event) != 0 && operation != EPOLL_CTL_DEL)
      epoll_ctl(loop->epoll, operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    entry->have = entry->want;
  }
  loop->changed_count = 0;
}

pc_loop *pc_loop_new(long max_connections) {
  pc_loop *loop = calloc(1, sizeof *loop);
  if (!loop) return NULL;
  loop->timer = -1;
  loop->next_check = INT64_MAX;
  loop->multi = curl_multi_init();
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  loop->fd_by_port = malloc(65536 * sizeof *loop->fd_by_port);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = loop->wake};
  if (!loop->multi || loop->epoll < 0 || loop->wake < 0 || !loop->fd_by_port ||
      epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &event) != 0) {
    pc_loop_free(loop);
    return NULL;
  }
  for (int i = 0; i < 65536; i++) loop->fd_by_port[i] = -1;
  curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
  curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
  curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, max_connections);
  return loop;
}

void pc_loop_free(pc_loop *loop) {
  if (loop->multi) curl_multi_cleanup(loop->multi);  // first: closing its connections still uses the tables
  if (loop->epoll >= 0) close(loop->epoll);
  if (loop->wake >= 0) close(loop->wake);
  free(loop->fds);
  free(loop->changed);
  free(loop->fd_by_port);
  free(loop);
}

void pc_loop_wake(pc_loop *loop) {
  uint64_t one = 1;
  while (write(loop->wake, &one, sizeof one) < 0 && errno == EINTR) {}
}

void pc_loop_insert(pc_loop *loop, pc_transfer *transfer) {
  transfer->previous = NULL;
  transfer->next = loop->live;
  if (loop->live) loop->live->previous = transfer;
  loop->live = transfer;
  transfer->is_live = true;
  loop->live_count++;
  pc_loop_watch(loop, transfer);
}

void pc_loop_remove(pc_loop *loop, pc_transfer *transfer) {
  if (transfer->previous) transfer->previous->next = transfer->next; else loop->live = transfer->next;
  if (transfer->next) transfer->next->previous = transfer->previous;
  transfer->previous = transfer->next = NULL;
  transfer->is_live = false;
  loop->live_count--;
}

void pc_loop_watch(pc_loop *loop, const pc_transfer *transfer) {
  pc_stop which;
  int64_t deadline = pc_transfer_deadline(transfer, &which);
  if (deadline < loop->next_check) loop->next_check = deadline;
}

// Limits mostly move into the future, so the earliest one is looked for only when the last known earliest has come.
static void end_overdue(pc_loop *loop, int64_t now) {
  if (now < loop->next_check) return;
  loop->next_check = INT64_MAX;
  for (pc_transfer *t = loop->live, *next; t; t = next) {
    next = t->next;
    pc_stop which;
    int64_t deadline = pc_transfer_deadline(t, &which);
    if (deadline > now) {
      if (deadline < loop->next_check) loop->next_check = deadline;
      continue;
    }
    t->stop = which;
    pc_transfer_conclude(t, CURLE_OPERATION_TIMEDOUT);
    pc_transfer_abandon(t);
    t->next = loop->ended;
    loop->ended = t;
  }
}

static void run_timer(pc_loop *loop) {
  // A timer of 0 may set itself anew while it runs; each round gets a bounded share before sockets are looked at again.
  for (int round = 0; round < 4 && loop->timer >= 0 && loop->timer <= pc_now(); round++) {
    loop->timer = -1;
    curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &loop->running);
  }
}

void pc_loop_send(pc_loop *loop) { run_timer(loop); }

void pc_loop_wait(pc_loop *loop, bool may_sleep) {
  struct epoll_event events[256];
  apply_changes(loop);
  int64_t now = pc_now(), due = loop->next_check, wait = -1;
  if (loop->timer >= 0 && loop->timer < due) due = loop->timer;
  if (due != INT64_MAX) wait = due <= now ? 0 : (due - now + 999999) / 1000000;
  if (wait > INT_MAX) wait = INT_MAX;
  // Fewer running than live: some transfer has ended already and is to be handed out.
  if (!may_sleep || loop->running < loop->live_count) wait = 0;
  int count = epoll_wait(loop->epoll, events, 256, (int)wait);
  for (int i = 0; i < count; i++) {
    int fd = events[i].data.fd;
    uint32_t e = events[i].events;
    if (fd == loop->wake) {
      uint64_t n;
      while (read(fd, &n, sizeof n) < 0 && errno == EINTR) {}
      continue;
    }
    int what = (e & EPOLLIN ? CURL_CSELECT_IN : 0) | (e & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (e & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(loop->multi, fd, what, &loop->running);
  }
  run_timer(loop);
}

pc_transfer *pc_loop_done(pc_loop *loop) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(loop->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    pc_transfer *t = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
    if (t->stop == PC_STOP_STALE && !t->fresh) {  // nothing was sent: once more, on a connection of its own
      curl_multi_remove_handle(loop->multi, t->easy);
      t->stop = PC_STOP_NONE;
      t->fresh = true;
      t->forbids_reuse = false;
      curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 0L);
      if (curl_multi_add_handle(loop->multi, t->easy) == CURLM_OK) {
        loop->running++;
        continue;
      }
      code = CURLE_OUT_OF_MEMORY;
      t->stop = PC_STOP_OUT_OF_MEMORY;
    }
    pc_transfer_conclude(t, code);
    curl_multi_remove_handle(loop->multi, t->easy);
    pc_loop_remove(loop, t);
    return t;
  }
  end_overdue(loop, pc_now());  // only now: what libcurl ended has an answer, late or not
  pc_transfer *first = loop->ended;
  if (first) {
    loop->ended = first->next;
    first->next = NULL;
  }
  return first;
}
