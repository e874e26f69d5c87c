// The floor: a plain libcurl multi loop that sends the same requests and checks the same answers, and does nothing else.
#define _GNU_SOURCE
#include "CBench.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
  CURL *easy;
  size_t used;
  char answer[4096], request[512];
};

static size_t collect(char *data, size_t size, size_t count, void *context) {
  struct slot *slot = context;
  size_t bytes = size * count;
  if (slot->used + bytes < sizeof slot->answer) {
    memcpy(slot->answer + slot->used, data, bytes);
    slot->used += bytes;
  }
  return bytes;
}

static void ask(CURLM *multi, struct slot *slot, int number) {
  int size = snprintf(slot->request, sizeof slot->request,
                      "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"Question %d: what is the answer to everything?\"}],\"temperature\":0}", number);
  slot->used = 0;
  curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, slot->request);
  curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)size);
  curl_multi_add_handle(multi, slot->easy);
}

/// Whether the answer holds a content with the number wanted.
static int right(struct slot *slot) {
  slot->answer[slot->used] = 0;
  char *content = strstr(slot->answer, "\"content\":\"");
  return content && strstr(content, "42") != NULL;
}

int bench_floor(int port, int count, int concurrency) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
  struct slot *slots = calloc(concurrency, sizeof *slots);
  struct curl_slist *headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
  char url[128];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/chat/completions", port);
  int sent = 0, done = 0, correct = 0;
  for (int i = 0; i < concurrency && sent < count; i++) {
    struct slot *slot = &slots[i];
    slot->easy = curl_easy_init();
    curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    ask(multi, slot, sent++);
  }
  while (done < count) {
    int running, left;
    curl_multi_perform(multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
      if (message->msg != CURLMSG_DONE) continue;
      struct slot *slot;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
      correct += message->data.result == CURLE_OK && right(slot);
      done++;
      curl_multi_remove_handle(multi, slot->easy);
      if (sent < count) ask(multi, slot, sent++);
    }
    if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  for (int i = 0; i < concurrency; i++) curl_easy_cleanup(slots[i].easy);  // NULL where fewer were needed
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  free(slots);
  return correct;
}
