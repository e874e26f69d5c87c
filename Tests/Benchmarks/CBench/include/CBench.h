#pragma once

/// Serves chat completions on a loopback port, one thread, epoll, keep-alive, each answer `delay_ms` after its request. Prints a line on
/// standard output, its port and the bytes of the body of every answer, and never returns.
void bench_serve(int delay_ms);

/// Sends `count` requests to the server on `port`, `concurrency` at a time, through one libcurl multi handle, and checks every answer: the floor that
/// any client can reach. Returns how many answers were right.
int bench_floor(int port, int count, int concurrency);
