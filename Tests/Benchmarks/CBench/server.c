// The model server of the benchmarks: as little work as HTTP allows, so that the client under test is what is measured.
#define _GNU_SOURCE
#include "CBench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
  int fd;
  size_t used, room;
  char *data;
};

// Answers that wait, in the order of their due times (the delay is the same for all).
struct waiting {
  int64_t due;
  struct connection *connection;
};

static struct waiting *queue;
static size_t head, tail, capacity;

static const char body[] =
    "{\"id\":\"bench\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
    "\"content\":\"After careful thought, the answer is 42.\"},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":24,\"completion_tokens\":9,\"total_tokens\":33}}";

static char response[1024];
static size_t response_size;

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void answer(struct connection *c) {
  if (c->fd >= 0 && send(c->fd, response, response_size, MSG_NOSIGNAL) < 0) { /* the client left */
  }
}

static void enqueue(struct connection *c, int64_t due) {
  if (tail == capacity) {
    size_t live = tail - head;
    if (head > capacity / 2) {
      memmove(queue, queue + head, live * sizeof *queue);
    } else {
      size_t room = capacity ? capacity * 2 : 1024;
      struct waiting *grown = malloc(room * sizeof *grown);
      memcpy(grown, queue + head, live * sizeof *grown);
      free(queue);
      queue = grown;
      capacity = room;
    }
    head = 0;
    tail = live;
  }
  queue[tail++] = (struct waiting){due, c};
}

/// Bytes of the first whole request in the buffer; 0 while it is not whole.
static size_t whole_request(struct connection *c) {
  char *end = memmem(c->data, c->used, "\r\n\r\n", 4);
  if (!end) return 0;
  size_t head_size = end + 4 - c->data, length = 0;
  for (char *line = c->data; line < end; line = (char *)memchr(line, '\n', end + 2 - line) + 1)
    if (strncasecmp(line, "content-length:", 15) == 0) length = strtoul(line + 15, NULL, 10);
  return c->used >= head_size + length ? head_size + length : 0;
}

/// A thousand connections and more, whatever the shell allows at first.
static void allow_connections(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

void bench_serve(int delay_ms) {
  allow_connections();
  response_size = snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", sizeof body - 1, body);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096) || getsockname(listener, (struct sockaddr *)&address, &size)) {
    perror("bench server");
    exit(1);
  }
  printf("%d %zu\n", ntohs(address.sin_port), sizeof body - 1);
  fflush(stdout);
  int poll = epoll_create1(0);
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.ptr = NULL});
  struct epoll_event events[512];
  for (;;) {
    struct timespec wait = {0};
    if (head < tail) {
      int64_t left = queue[head].due - now_us();
      if (left > 0) wait = (struct timespec){left / 1000000, left % 1000000 * 1000};
    }
    int count = epoll_pwait2(poll, events, 512, head < tail ? &wait : NULL, NULL);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
          int on = 1;
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          struct connection *fresh = calloc(1, sizeof *fresh);
          fresh->fd = fd;
          fresh->data = malloc(fresh->room = 16384);
          epoll_ctl(poll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = fresh});
        }
        continue;
      }
      if (c->used == c->room) c->data = realloc(c->data, c->room *= 2);
      ssize_t got = read(c->fd, c->data + c->used, c->room - c->used);  // level-triggered: what is left is told again
      if (got > 0) {
        c->used += got;
      } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(c->fd);  // the few bytes of a closed connection stay allocated: an answer may still wait for it
        c->fd = -1;
      }
      for (size_t request; c->fd >= 0 && (request = whole_request(c)) > 0;) {
        memmove(c->data, c->data + request, c->used - request);
        c->used -= request;
        if (delay_ms > 0) enqueue(c, now_us() + delay_ms * 1000LL);
        else answer(c);
      }
    }
    for (int64_t now = now_us(); head < tail && queue[head].due <= now;) answer(queue[head++].connection);
  }
}
