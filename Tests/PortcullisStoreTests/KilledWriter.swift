import Foundation
import Glibc
import Testing

// Writers that are killed: the same test binary, started again as a process of its own.

/// Set in a writer only: the folder of its store.
let childFolder = ProcessInfo.processInfo.environment["PORTCULLIS_STORE_CHILD"]

/// Starts this test binary again as a writer, and kills it.
///
/// - Parameters:
///   - writer: The test that writes, enabled where `childFolder` is not nil.
///   - count: Lines that it may acknowledge before it is killed; nil: to its end.
/// - Returns: What the writer was told, and the signal that ended it (0: none).
func runWriter(_ writer: String, in folder: String, killAfter count: Int?) throws -> (acks: Set<String>, signal: Int32) {
  var ends: [Int32] = [0, 0]
  try #require(pipe(&ends) == 0)
  // A small pipe: the writer cannot run far ahead of the moment at which it is killed.
  try #require(fcntl(ends[1], 1031 /* F_SETPIPE_SZ */, 4096) >= 4096)
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, ends[1], 9)
  posix_spawn_file_actions_addclose(&actions, ends[0])
  for stream in [Int32(1), 2] { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) }
  let words = [CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", writer]
  let environment = ProcessInfo.processInfo.environment.filter { $0.key != "PORTCULLIS_STORE_CHILD" }.map { "\($0.key)=\($0.value)" }
  var pid: pid_t = 0
  let failed = withCStrings(words) { words in
    withCStrings(environment + ["PORTCULLIS_STORE_CHILD=\(folder)"]) { posix_spawn(&pid, words[0]!, &actions, nil, words, $0) }
  }
  close(ends[1])
  defer { close(ends[0]) }
  try #require(failed == 0)
  var text: [UInt8] = []
  var lines = 0
  var isKilled = false
  var piece = [UInt8](repeating: 0, count: 256)
  while true {
    if !isKilled, let count, lines >= count {
      kill(pid, SIGKILL)
      isKilled = true
    }
    let got = read(ends[0], &piece, piece.count)
    if got <= 0 { break }
    text += piece.prefix(got)
    for byte in piece.prefix(got) where byte == 10 { lines += 1 }
  }
  var status: Int32 = 0
  waitpid(pid, &status, 0)
  #expect(status & 0x7F != 0 || status == 0, "the writer exited with \(status >> 8)")
  return (Set(String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)), status & 0x7F)
}

/// One `write` is whole even when the process dies after it.
func acknowledge(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(9, $0.baseAddress, $0.count) }
}

private func withCStrings<Value>(_ texts: [String], _ work: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
  let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return work(pointers)
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
