import Foundation
import Glibc

/// A program that is run with its arguments as they are, without a shell, in a process group of its own.
package struct ProgramCall: Sendable {
  /// The program and its arguments; a name without a slash is looked up in `PATH`, a relative path begins at `folder`.
  package var words: [String]
  package var folder: String
  /// All that the program is given: nothing is inherited.
  package var environment: [String: String]
  package var input: [UInt8]
  /// After it the group is asked to end, and two seconds later ended.
  package var limit: Duration

  /// - Precondition: `words` is not empty.
  package init(words: [String], folder: String, environment: [String: String], input: [UInt8], limit: Duration) {
    precondition(!words.isEmpty)
    self.words = words
    self.folder = folder
    self.environment = environment
    self.input = input
    self.limit = limit
  }
}

/// How a program ended.
package struct ProgramEnd: Sendable, Hashable {
  package enum Cause: Sendable, Hashable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It ran beyond its limit, and was ended.
    case timedOut
    /// It did not run at all.
    case notStarted(errno: Int32)
  }

  package let cause: Cause
  /// The end of what it printed to both of its outputs; at most 4 KB.
  package let printed: [UInt8]

  static let keeps = 4096
}

extension ProgramCall {
  /// Runs it to its end, on a thread that may block.
  package func run() async -> ProgramEnd {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: runBlocking()) }
    }
  }

  private func runBlocking() -> ProgramEnd {
    func failed(_ number: Int32) -> ProgramEnd { ProgramEnd(cause: .notStarted(errno: number), printed: []) }
    if let problem { return failed(problem) }
    guard let input = descriptor(holding: input) else { return failed(errno) }
    defer { close(input) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return failed(errno) }
    defer { close(ends[0]) }
    var pid: pid_t = 0
    let problem = spawn(&pid, input: input, output: ends[1])
    close(ends[1])
    return problem == 0 ? wait(for: pid, output: ends[0]) : failed(problem)
  }

  /// What can be known before: `env`, which changes to the folder, would only say it in words.
  private var problem: Int32? {
    var info = stat()
    guard stat(folder, &info) == 0 else { return errno }
    guard info.st_mode & S_IFMT == S_IFDIR else { return ENOTDIR }
    guard !words[0].utf8.contains(UInt8(ascii: "=")) else { return EINVAL }  // `env` takes it for a variable
    guard words[0].utf8.contains(UInt8(ascii: "/")) else { return nil }
    return access(words[0].hasPrefix("/") ? words[0] : folder + "/" + words[0], X_OK) == 0 ? nil : errno
  }

  /// A file without a name: a program that does not read its input keeps nobody waiting.
  private func descriptor(holding bytes: [UInt8]) -> Int32? {
    var path = Array((FileManager.default.temporaryDirectory.path + "/portcullis-XXXXXX").utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return nil }
    unlink(path)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        close(descriptor)
        return nil
      }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  /// - Returns: 0, or why it could not be started, as `errno` says it.
  private func spawn(_ pid: inout pid_t, input: Int32, output: Int32) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    for stream in [Int32(1), 2] { posix_spawn_file_actions_adddup2(&actions, output, stream) }
    // No lock, database or connection of ours may live on in it. One that was closed meanwhile is no error to posix_spawn.
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // posix_spawn's own way to change the folder is hidden behind _GNU_SOURCE.
    let command = ["/usr/bin/env", "-C", folder, "--"] + words
    return withCStrings(command) { words in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) {
        posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, words, $0)
      }
    }
  }

  /// Takes what it prints until it ends; what its own children print later is nobody's.
  private func wait(for pid: pid_t, output: Int32) -> ProgramEnd {
    let clock = ContinuousClock()
    var deadline = clock.now + limit
    var signals = [SIGTERM, SIGKILL][...]
    var printed: [UInt8] = []
    var isOpen = true
    while true {
      var watched = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
      let isReady = poll(&watched, 1, 10) > 0
      if isReady { isOpen = take(from: output, into: &printed) }
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        while isOpen, poll(&watched, 1, 0) > 0 { isOpen = take(from: output, into: &printed) }
        return ProgramEnd(cause: signals.count < 2 ? .timedOut : cause(status), printed: printed)
      }
      if clock.now >= deadline, let signal = signals.popFirst() {
        kill(-pid, signal)
        deadline = clock.now + .seconds(2)
      }
    }
  }

  private func cause(_ status: Int32) -> ProgramEnd.Cause {
    status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
  }

  /// False at the end.
  private func take(from output: Int32, into printed: inout [UInt8]) -> Bool {
    var piece = [UInt8](repeating: 0, count: 16384)
    let count = read(output, &piece, piece.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    printed += piece.prefix(count)
    if printed.count > ProgramEnd.keeps { printed.removeFirst(printed.count - ProgramEnd.keeps) }
    return true
  }
}

private func withCStrings<Value>(_ texts: [String], _ work: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
  let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return work(pointers)
}
