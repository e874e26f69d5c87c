// One easy handle: what is set on it, what its callbacks collect, and the gate before each request.
#include "internal.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pc_bytes_append(pc_bytes *bytes, const void *more, size_t count) {
  if (count == 0) return true;
  if (bytes->capacity - bytes->count < count) {
    size_t capacity = bytes->capacity ? bytes->capacity * 2 : 4096;
    while (capacity < bytes->count + count) capacity *= 2;
    uint8_t *grown = realloc(bytes->start, capacity);
    if (!grown) return false;
    bytes->start = grown;
    bytes->capacity = capacity;
  }
  memcpy(bytes->start + bytes->count, more, count);
  bytes->count += count;
  return true;
}

static void empty(pc_bytes *bytes) {
  if (bytes->capacity > 64 * 1024) {  // one huge answer must not stay in memory for each slot
    free(bytes->start);
    bytes->start = NULL;
    bytes->capacity = 0;
  }
  bytes->count = 0;
}

int64_t pc_transfer_deadline(const pc_transfer *t, pc_stop *which) {
  int64_t deadline = t->started + t->limits.total, phase;
  *which = PC_STOP_TOTAL_TIMEOUT;
  if (t->connected == 0) {
    phase = t->started + t->limits.connect;
    if (phase < deadline) { deadline = phase; *which = PC_STOP_CONNECT_TIMEOUT; }
  } else if (t->first_byte == 0) {
    phase = t->connected + t->limits.first_byte;
    if (phase < deadline) { deadline = phase; *which = PC_STOP_FIRST_BYTE_TIMEOUT; }
  } else {
    phase = t->progressed + t->limits.idle;
    if (phase < deadline) { deadline = phase; *which = PC_STOP_IDLE_TIMEOUT; }
  }
  return deadline;
}

// MARK: connections

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  pc_transfer *t = context;
  if (pc_address_is_refused(&address->addr)) {
    t->address_refused = true;
    return CURL_SOCKET_BAD;
  }
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  pc_fd *entry = pc_fd_at(t->loop, fd);
  if (!entry) {
    if (fd >= 0) close(fd);
    return CURL_SOCKET_BAD;
  }
  bool queued = entry->queued;
  *entry = (pc_fd){.ours = true, .queued = queued, .serial = ++t->loop->serial};
  int at = t->opened_count < 8 ? t->opened_count++ : 7;
  t->opened[at] = fd;
  t->opened_serial[at] = entry->serial;
  return fd;
}

static int close_socket(void *context, curl_socket_t fd) {
  pc_loop *loop = context;
  pc_fd *entry = pc_fd_at(loop, fd);
  if (entry) {
    if (entry->local_port && loop->fd_by_port[entry->local_port] == fd) loop->fd_by_port[entry->local_port] = -1;
    bool queued = entry->queued;
    *entry = (pc_fd){.queued = queued};
  }
  return close(fd);
}

static int local_port_of(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return -1;
}

static pc_fd *opened_by(pc_transfer *t, int local_port) {
  for (int i = 0; i < t->opened_count; i++) {
    pc_fd *entry = pc_fd_at(t->loop, t->opened[i]);
    if (entry && entry->ours && entry->serial == t->opened_serial[i] && local_port_of(t->opened[i]) == local_port) {
      t->fd = t->opened[i];
      return entry;
    }
  }
  return NULL;
}

// Called when a connection stands and nothing has been sent on it: the one place where a request can be held back safely.
static int before_request(void *context, char *remote, char *local, int remote_port, int local_port) {
  (void)local;
  pc_transfer *t = context;
  if (t->sends > 0) {  // libcurl repeats a request whose reused connection died, POST or not; whether to pay twice is not its decision
    t->stop = PC_STOP_RESEND;
    return CURL_PREREQFUNC_ABORT;
  }
  if (local_port < 0 || local_port > 65535) local_port = 0;
  pc_fd *entry = opened_by(t, local_port);
  if (entry) {
    entry->local_port = local_port;
    entry->remote_port = remote_port;
    strncpy(entry->remote, remote, sizeof entry->remote - 1);
    t->loop->fd_by_port[local_port] = t->fd;
    t->reused = false;
  } else {
    t->fd = t->loop->fd_by_port[local_port];
    entry = pc_fd_at(t->loop, t->fd);
    bool known = entry && entry->ours && entry->remote_port == remote_port && strcmp(entry->remote, remote) == 0;
    struct pollfd waiting = {.fd = t->fd, .events = POLLIN};
    // HTTP/2 talks on idle connections and tells streams apart; an HTTP/1 connection at rest has nothing to say but that it is dead.
    if (!known || (entry->kind == PC_KIND_HTTP1 && poll(&waiting, 1, 0) != 0)) {
      t->stop = PC_STOP_STALE;
      t->forbids_reuse = true;
      curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);  // libcurl would keep it for the next one
      return CURL_PREREQFUNC_ABORT;
    }
    t->reused = true;
  }
  t->fd_serial = entry->serial;
  t->sends = 1;
  t->connected = pc_now();
  pc_loop_watch(t->loop, t);
  return CURL_PREREQFUNC_OK;
}

// MARK: answers

static bool answers_early(pc_transfer *t) {
  pc_fd *entry = pc_fd_at(t->loop, t->fd);
  if (!t->reused || !entry || entry->kind != PC_KIND_HTTP1 || t->upload.count == 0) return false;
  curl_off_t sent = 0;
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  return (size_t)sent < t->upload.count;
}

static size_t on_header(char *line, size_t size, size_t count, void *context) {
  pc_transfer *t = context;
  size_t bytes = size * count;
  t->header_bytes += bytes;
  if (t->header_bytes > t->limits.headers) { t->stop = PC_STOP_HEADERS_TOO_LARGE; return 0; }
  if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0 && (t->headers.count == 0 || t->headers_complete) && t->body.count == 0) {
    if (answers_early(t)) { t->stop = PC_STOP_EARLY_ANSWER; return 0; }
    t->headers.count = 0;
    t->headers_complete = false;
    const char *space = memchr(line, ' ', bytes);
    bool is_final = !(space && space + 1 < line + bytes && space[1] == '1');
    if (is_final && t->first_byte == 0) {
      t->first_byte = t->progressed = pc_now();
      pc_loop_watch(t->loop, t);
    }
  }
  if (t->headers_complete) return bytes;  // a trailer: counted, not kept
  if (bytes <= 2 && (line[0] == '\r' || line[0] == '\n')) t->headers_complete = true;
  if (!pc_bytes_append(&t->headers, line, bytes)) { t->stop = PC_STOP_OUT_OF_MEMORY; return 0; }
  return bytes;
}

static size_t on_body(char *data, size_t size, size_t count, void *context) {
  pc_transfer *t = context;
  size_t bytes = size * count;
  if (bytes == 0) return 0;
  if (bytes > t->limits.body || t->body.count > t->limits.body - bytes) { t->stop = PC_STOP_BODY_TOO_LARGE; return 0; }
  int64_t now = pc_now();
  if (t->first_body == 0) t->first_body = now;
  bool fits = pc_bytes_append(&t->body, data, bytes);
  if (fits && t->keeps_marks) {
    pc_mark mark = {.end = t->body.count, .at = now};
    fits = pc_bytes_append(&t->marks, &mark, sizeof mark);
  }
  if (!fits) { t->stop = PC_STOP_OUT_OF_MEMORY; return 0; }
  if (!t->hook || t->hook(t->hook_context, (const uint8_t *)data, bytes)) t->progressed = now;
  return bytes;
}

// MARK: life

pc_transfer *pc_transfer_new(pc_loop *loop) {
  pc_transfer *t = calloc(1, sizeof *t);
  if (!t) return NULL;
  t->loop = loop;
  t->fd = -1;
  t->easy = curl_easy_init();
  if (!t->easy) { free(t); return NULL; }
  return t;
}

void pc_transfer_free(pc_transfer *t) {
  pc_transfer_abandon(t);
  curl_easy_cleanup(t->easy);
  free(t->upload.start);
  free(t->body.start);
  free(t->headers.start);
  free(t->marks.start);
  free(t);
}

CURLcode pc_transfer_configure(pc_transfer *t, const pc_setup *setup) {
  CURL *e = t->easy;
  CURLcode worst = CURLE_OK, code;
  curl_easy_reset(e);
  t->fresh = t->forbids_reuse = false;
#define SET(option, value) if ((code = curl_easy_setopt(e, option, value)) != CURLE_OK) worst = code
  SET(CURLOPT_URL, setup->url);
  SET(CURLOPT_HTTPHEADER, setup->headers);
  t->posts = setup->posts;
  if (setup->posts) { SET(CURLOPT_POST, 1L); } else { SET(CURLOPT_HTTPGET, 1L); }
  SET(CURLOPT_PROXY, setup->proxy);
  SET(CURLOPT_NOPROXY, setup->no_proxy);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (setup->ca_file) { SET(CURLOPT_CAINFO, setup->ca_file); }
  if (setup->ca_path) { SET(CURLOPT_CAPATH, setup->ca_path); }
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  // HTTP/2 only as TLS agrees on it: with prior knowledge libcurl 7.88 fails the second request on a connection.
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_QUICK_EXIT, 1L);        // a cancelled look-up must not hold up the loop until the resolver gives up
  SET(CURLOPT_CONNECTTIMEOUT_MS, 86400000L);  // the loop keeps the limits
  SET(CURLOPT_ACCEPT_ENCODING, "gzip");
  SET(CURLOPT_NOPROGRESS, 1L);
  SET(CURLOPT_PRIVATE, t);
  SET(CURLOPT_ERRORBUFFER, t->error);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, t);
  SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  SET(CURLOPT_CLOSESOCKETDATA, t->loop);
  SET(CURLOPT_PREREQFUNCTION, before_request);
  SET(CURLOPT_PREREQDATA, t);
#undef SET
  return worst;
}

bool pc_transfer_start(pc_transfer *t, const uint8_t *body, size_t count, pc_limits limits) {
  empty(&t->upload);
  empty(&t->body);
  empty(&t->headers);
  empty(&t->marks);
  if (!pc_bytes_append(&t->upload, body, count)) return false;
  t->limits = limits;
  t->header_bytes = 0;
  t->headers_complete = t->address_refused = t->reused = false;
  t->connected = t->first_byte = t->first_body = t->progressed = t->finished = 0;
  t->code = CURLE_OK;
  t->stop = PC_STOP_NONE;
  t->status = t->version = t->os_error = t->tunnel_status = 0;
  t->request_bytes = 0;
  t->error[0] = 0;
  t->sends = 0;
  t->fd = -1;
  t->opened_count = 0;
  if (t->fresh) curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 0L);
  if (t->forbids_reuse) curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 0L);
  t->fresh = t->forbids_reuse = false;
  if (t->posts) {  // these two would turn a GET into a POST; the body is not copied again, so it goes out in one piece with the headers
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, count ? (const char *)t->upload.start : "");
  }
  t->started = pc_now();
  if (curl_multi_add_handle(t->loop->multi, t->easy) != CURLM_OK) return false;
  t->loop->running++;
  pc_loop_insert(t->loop, t);
  return true;
}

void pc_transfer_conclude(pc_transfer *t, CURLcode code) {
  t->finished = pc_now();
  t->code = code;
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->status);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &t->version);
  curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &t->os_error);
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &t->tunnel_status);
  long request = 0;
  curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request);
  t->request_bytes = t->sends ? request : 0;
  pc_fd *entry = pc_fd_at(t->loop, t->fd);
  if (entry && entry->ours && entry->serial == t->fd_serial)
    entry->kind = t->version == CURL_HTTP_VERSION_2_0 ? PC_KIND_HTTP2 : PC_KIND_HTTP1;
}

void pc_transfer_abandon(pc_transfer *t) {
  if (!t->is_live) return;
  pc_loop_remove(t->loop, t);
  curl_multi_remove_handle(t->loop->multi, t->easy);
  t->loop->running--;
}
