// Which addresses are never called: link-local ones and the metadata services of clouds, in every spelling.
#include "CCurl.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ipv4_is_refused(uint32_t a) {
  if ((a & 0xFFFF0000u) == 0xA9FE0000u) return true;  // 169.254.0.0/16: link-local; AWS, GCP, Azure, DigitalOcean
  if (a == 0x646464C8u) return true;                  // 100.100.100.200: Alibaba
  if (a == 0xC00000C0u) return true;                  // 192.0.0.192: Oracle
  if (a == 0xA83F8110u) return true;                  // 168.63.129.16: Azure's host agent
  return false;
}

static uint32_t ipv4_at(const uint8_t *b) { return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]; }

static bool ipv6_is_refused(const uint8_t b[16]) {
  static const uint8_t zeros[12] = {0};
  static const uint8_t aws[16] = {0xFD, 0x00, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  static const uint8_t gcp[16] = {0xFD, 0x20, 0x00, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};
  if (b[0] == 0xFE && (b[1] & 0xC0) == 0x80) return true;  // fe80::/10
  if (memcmp(b, aws, 16) == 0 || memcmp(b, gcp, 16) == 0) return true;
  // Forms that carry an IPv4 address: mapped, translated (SIIT), compatible, NAT64, 6to4, Teredo (inverted), ISATAP.
  if (memcmp(b, zeros, 10) == 0 && b[10] == 0xFF && b[11] == 0xFF) return ipv4_is_refused(ipv4_at(b + 12));
  if (memcmp(b, zeros, 8) == 0 && b[8] == 0xFF && b[9] == 0xFF && b[10] == 0 && b[11] == 0) return ipv4_is_refused(ipv4_at(b + 12));
  if (memcmp(b, zeros, 12) == 0 || memcmp(b, nat64, 12) == 0) return ipv4_is_refused(ipv4_at(b + 12));
  if (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B && b[4] == 0 && b[5] == 1) return ipv4_is_refused(ipv4_at(b + 12));
  if (b[0] == 0x20 && b[1] == 0x02) return ipv4_is_refused(ipv4_at(b + 2));
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0) return ipv4_is_refused(~ipv4_at(b + 12));
  if ((b[8] & 0xFD) == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE) return ipv4_is_refused(ipv4_at(b + 12));
  return false;
}

bool pc_address_is_refused(const struct sockaddr *address) {
  switch (address->sa_family) {
  case AF_INET: return ipv4_is_refused(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
  case AF_INET6: return ipv6_is_refused(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
  default: return true;
  }
}

static bool host_is_refused(const char *host) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
  if (getaddrinfo(host, NULL, &hints, &found) != 0) return false;  // a name: judged when it is resolved
  bool refused = false;
  for (struct addrinfo *at = found; at; at = at->ai_next) refused |= pc_address_is_refused(at->ai_addr);
  freeaddrinfo(found);
  return refused;
}

static bool has_part(CURLU *url, CURLUPart part) {
  char *text = NULL;
  bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return found;
}

static pc_url_verdict judge(CURLU *url, pc_url *out) {
  char *scheme = NULL, *host = NULL, *port = NULL;
  pc_url_verdict verdict = PC_URL_MALFORMED;
  if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) goto out;
  out->is_secure = strcasecmp(scheme, "https") == 0;
  if (!out->is_secure && strcasecmp(scheme, "http") != 0) { verdict = PC_URL_SCHEME; goto out; }
  if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK || strlen(host) == 0 || strlen(host) >= sizeof out->host) goto out;
  if (curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK) goto out;
  out->port = strtol(port, NULL, 10);
  if (out->port < 1 || out->port > 65535) goto out;
  size_t length = strlen(host);
  if (host[0] == '[' && host[length - 1] == ']') {
    memcpy(out->host, host + 1, length - 2);
    out->host[length - 2] = 0;
  } else {
    strcpy(out->host, host);
    if (out->host[length - 1] == '.') out->host[length - 1] = 0;
  }
  if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD)) verdict = PC_URL_CREDENTIALS;
  else verdict = host_is_refused(out->host) ? PC_URL_ADDRESS : PC_URL_FINE;
out:
  curl_free(scheme); curl_free(host); curl_free(port);
  return verdict;
}

pc_url_verdict pc_url_check(const char *text, pc_url *out) {
  memset(out, 0, sizeof *out);
  CURLU *url = curl_url();
  if (!url) return PC_URL_MALFORMED;
  CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
  pc_url_verdict verdict = code == CURLUE_UNSUPPORTED_SCHEME ? PC_URL_SCHEME : code != CURLUE_OK ? PC_URL_MALFORMED : judge(url, out);
  curl_url_cleanup(url);
  return verdict;
}
