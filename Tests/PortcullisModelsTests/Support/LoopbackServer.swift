import Dispatch
import Glibc
import Synchronization
import Testing

/// A server on loopback that does exactly what its scripts say: the n-th connection follows the n-th script, and is closed at its end.
/// A connection without a script is closed at once. What happened can be waited for, so that no test sleeps.
final class LoopbackServer: Sendable {
  enum Step: Sendable {
    /// Reads one whole request (headers and `content-length` bytes of body) and notes it.
    case receive
    /// Reads whatever comes next, once.
    case receiveSome
    /// Reads HTTP/2 frames until the client has ended this stream.
    case receiveStream(Int)
    case send([UInt8])
    /// Answers each piece of body with another as soon as `release` is called; ends when the client goes.
    case sendOnRelease([UInt8])
    /// Waits for one `release`.
    case hold
    /// Stays silent until the client closes the connection.
    case awaitClose
    /// Closes with a reset instead of an orderly end.
    case reset
    /// Passes everything on to the socket at this path and back, until either side ends.
    case relay(String)
    /// Answers every request with what it sent as its body, until the client goes.
    case echo

    static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
  }

  struct Log: Sendable {
    var connections = 0
    var requests: [[UInt8]] = []
    /// Connections that the client closed while the server waited for that.
    var closedByClient = 0
    /// Scripts run to their end, or to the client's.
    var finished = 0
    /// Steps `hold` and `sendOnRelease` that wait.
    var sent = 0

    var requestTexts: [String] { requests.map { String(decoding: $0, as: UTF8.self) } }
  }

  private struct Waiter {
    let isMet: @Sendable (Log) -> Bool
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var log = Log()
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
    var open: Set<Int32> = []
    var isStopped = false
  }

  let port: UInt16
  private let scripts: [[Step]]
  private let state = Mutex(State())
  private let listener: Int32
  private let gate = DispatchSemaphore(value: 0)

  init(_ scripts: [Step]...) {
    (listener, port) = Self.listen()
    self.scripts = scripts
    start()
  }

  /// Follows the script on a connection that stands already.
  init(on fd: Int32, _ script: [Step]) {
    (listener, port) = Self.listen()
    scripts = []
    startThread { [self] in
      run(script, on: fd)
      close(fd)
    }
  }

  /// Every connection echoes.
  init(echoing connections: Int) {
    (listener, port) = Self.listen()
    scripts = Array(repeating: [.echo], count: connections)
    start()
  }

  deinit { close(listener) }

  var url: String { "http://127.0.0.1:\(port)/v1/chat/completions" }
  var log: Log { state.withLock { $0.log } }

  func release() { gate.signal() }

  /// Returns as soon as the log meets the condition; records a failure when it has not within ten seconds.
  func until(_ isMet: @escaping @Sendable (Log) -> Bool, _ place: SourceLocation = #_sourceLocation) async {
    let wasMet = await withCheckedContinuation { continuation in
      let id = state.withLock { state -> Int? in
        if isMet(state.log) { return nil }
        state.waiters[state.nextWaiter] = Waiter(isMet: isMet, continuation: continuation)
        defer { state.nextWaiter += 1 }
        return state.nextWaiter
      }
      guard let id else { return continuation.resume(returning: true) }
      DispatchQueue.global().asyncAfter(deadline: .now() + 10) { [self] in
        state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: false)
      }
    }
    if !wasMet { Issue.record("the server never saw what was waited for: \(log)", sourceLocation: place) }
  }

  /// Breaks all connections and stops listening.
  func stop() {
    let open = state.withLock { state in
      state.isStopped = true
      return state.open
    }
    for fd in open { shutdown(fd, Int32(SHUT_RDWR)) }
    shutdown(listener, Int32(SHUT_RDWR))
    for _ in 0..<16 { release() }
  }

  private func note(_ change: (inout Log) -> Void) {
    let met = state.withLock { state in
      change(&state.log)
      let log = state.log
      let met = state.waiters.filter { $0.value.isMet(log) }
      for id in met.keys { state.waiters[id] = nil }
      return met.values.map(\.continuation)
    }
    for continuation in met { continuation.resume(returning: true) }
  }

  private static func listen() -> (Int32, UInt16) {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopbackAddress(port: 0)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var bound = length
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(fd, $0, length) == 0 && Glibc.listen(fd, 512) == 0 && getsockname(fd, $0, &bound) == 0)
      }
    }
    return (fd, UInt16(bigEndian: address.sin_port))
  }

  private func start() {
    startThread { [self] in
      var index = 0
      while true {
        let fd = accept(listener, nil, nil)
        guard fd >= 0 else { return }
        let script = index < scripts.count ? scripts[index] : []
        index += 1
        state.withLock { _ = $0.open.insert(fd) }
        note { $0.connections += 1 }
        startThread { [self] in
          run(script, on: fd)
          state.withLock { _ = $0.open.remove(fd) }
          close(fd)
          note { $0.finished += 1 }
        }
      }
    }
  }

  private func run(_ script: [Step], on fd: Int32) {
    var stream = ByteStream(fd)
    for step in script {
      switch step {
      case .receive:
        guard let request = stream.nextRequest() else { return }
        note { $0.requests.append(request.whole) }
      case .receiveSome:
        guard let bytes = stream.some() else { return }
        note { $0.requests.append(bytes) }
      case .receiveStream(let id):
        guard stream.skipHTTP2(untilEndOf: id) else { return }
        note { $0.requests.append([]) }
      case .send(let bytes):
        guard sendAll(fd, bytes) else { return }
        note { $0.sent += 1 }
      case .sendOnRelease(let bytes):
        repeat { waitForRelease() } while sendAll(fd, bytes) && !state.withLock { $0.isStopped }
        return
      case .hold: waitForRelease()
      case .awaitClose:
        while stream.some() != nil {}
        note { $0.closedByClient += 1 }
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        return
      case .relay(let path):
        guard let other = connected(to: path) else { return }
        startThread {
          pass(from: other, to: fd)
          shutdown(fd, Int32(SHUT_RDWR))
        }
        pass(from: fd, to: other)
        shutdown(other, Int32(SHUT_RDWR))
      case .echo:
        while let request = stream.nextRequest() {
          note { $0.requests.append(request.whole) }
          guard sendAll(fd, Array("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n".utf8) + request.body) else { return }
        }
      }
    }
  }

  private func waitForRelease() { gate.wait() }
}

/// A port that takes no more connections: the handshake of one more is never answered.
final class FullPort: Sendable {
  let port: UInt16
  private let sockets: [Int32]

  init() {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopbackAddress(port: 0)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var bound = length
    let waiting: [Int32] = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(bind(fd, address, length) == 0 && Glibc.listen(fd, 0) == 0 && getsockname(fd, address, &bound) == 0)
        return (0..<4).map { _ in
          let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
          _ = connect(client, address, length)
          return client
        }
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    sockets = waiting + [fd]
  }

  deinit { for socket in sockets { close(socket) } }
}

/// A port nobody listens on.
func closedPort() -> UInt16 {
  let server = LoopbackServer()
  server.stop()
  return server.port
}

private func loopbackAddress(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  pthread_create(
    &thread, nil,
    {
      Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body(); return nil
    }, box.toOpaque())
  pthread_detach(thread)
}

/// The socket at this path, which a process that has just started may be about to open.
private func connected(to path: String) -> Int32? {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  for _ in 0..<1000 {
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    if result == 0 { return fd }
    poll(nil, 0, 5)
  }
  return nil
}

private func pass(from source: Int32, to sink: Int32) {
  var chunk = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = recv(source, &chunk, chunk.count, 0)
    guard count > 0, sendAll(sink, Array(chunk.prefix(count))) else { return }
  }
}

private func sendAll(_ fd: Int32, _ bytes: [UInt8]) -> Bool {
  var sent = 0
  while sent < bytes.count {
    let count = bytes[sent...].withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    guard count > 0 else { return false }
    sent += count
  }
  return true
}

/// What a connection sends, read piece by piece.
private struct ByteStream {
  private let fd: Int32
  private var buffer: [UInt8] = []
  private var sawPreface = false

  init(_ fd: Int32) { self.fd = fd }

  private mutating func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(fd, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk.prefix(count)
    return true
  }

  mutating func some() -> [UInt8]? {
    guard !buffer.isEmpty || fill() else { return nil }
    defer { buffer = [] }
    return buffer
  }

  mutating func nextRequest() -> (whole: [UInt8], body: [UInt8])? {
    let gap = Array("\r\n\r\n".utf8)
    var headEnd: Int?
    while headEnd == nil {
      headEnd = buffer.indices.first { buffer[$0...].starts(with: gap) }
      if headEnd == nil, !fill() { return nil }
    }
    guard let headEnd else { return nil }
    let head = String(decoding: buffer[..<headEnd], as: UTF8.self).lowercased()
    let length =
      head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
    let end = headEnd + 4 + length
    while buffer.count < end { guard fill() else { return nil } }
    defer { buffer.removeFirst(end) }
    return (Array(buffer[..<end]), Array(buffer[(headEnd + 4)..<end]))
  }

  mutating func skipHTTP2(untilEndOf stream: Int) -> Bool {
    func have(_ count: Int) -> Bool {
      while buffer.count < count { guard fill() else { return false } }
      return true
    }
    if !sawPreface {
      guard have(24) else { return false }
      buffer.removeFirst(24)
      sawPreface = true
    }
    while true {
      guard have(9) else { return false }
      let length = Int(buffer[0]) << 16 | Int(buffer[1]) << 8 | Int(buffer[2])
      let (type, flags, id) = (buffer[3], buffer[4], Int(buffer[7]) << 8 | Int(buffer[8]))
      guard have(9 + length) else { return false }
      buffer.removeFirst(9 + length)
      if type <= 1, flags & 1 == 1, id == stream { return true }
    }
  }
}
