import Foundation
import Glibc
import Synchronization
import Testing

/// A webhook on loopback that does to each request what it is told, and keeps what it saw.
final class Receiver: Sendable {
  enum Reply: Sendable {
    case status(Int, headers: String = "")
    /// Reads the request, and breaks the connection.
    case drop
    /// Reads the request, and says nothing until the caller leaves.
    case silence
    /// Answers once `release` is called.
    case held(Int)
  }

  struct Call: Sendable {
    let key: String
    let head: String
    let body: String
    /// The status that was sent back whole; nil for none.
    var status: Int?
  }

  private struct State {
    var calls: [Call] = []
    var isOpen = false
    var reply: @Sendable (Int, String) -> Reply
  }

  let port: UInt16
  private let listener: Int32
  private let state: Mutex<State>

  /// - Parameter reply: To the n-th request from 0, with its body.
  init(_ reply: @escaping @Sendable (Int, String) -> Reply) throws {
    state = Mutex(State(reply: reply))
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(isBound)
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread.detachNewThread { [self] in
          serve(connection)
          close(connection)
        }
      }
    }
  }

  var url: String { "http://127.0.0.1:\(port)/hook" }
  var calls: [Call] { state.withLock { $0.calls } }
  /// Of calls that got a 2xx.
  var acknowledged: [Call] { calls.filter { 200..<300 ~= $0.status ?? 0 } }

  func replies(_ reply: @escaping @Sendable (Int, String) -> Reply) { state.withLock { $0.reply = reply } }
  func release() { state.withLock { $0.isOpen = true } }
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ connection: Int32) {
    guard let (head, body) = read(connection) else { return }
    let key = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("idempotency-key: ") }.map { String($0.dropFirst(17)) } ?? ""
    let (number, reply) = state.withLock { state in
      state.calls.append(Call(key: key, head: head, body: body))
      return (state.calls.count - 1, state.reply(state.calls.count - 1, body))
    }
    switch reply {
    case .status(let status, let headers): answer(connection, status, headers, number)
    case .drop: break
    case .silence:
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
    case .held(let status):
      while !state.withLock({ $0.isOpen }) { usleep(1000) }
      answer(connection, status, "", number)
    }
  }

  private func answer(_ connection: Int32, _ status: Int, _ headers: String, _ number: Int) {
    let text = Array("HTTP/1.1 \(status) Whatever\r\n\(headers)Content-Length: 2\r\nConnection: close\r\n\r\nok".utf8)
    // Before it is sent: a caller that has read it may look at once.
    state.withLock { $0.calls[number].status = status }
    if send(connection, text, text.count, Int32(MSG_NOSIGNAL)) != text.count { state.withLock { $0.calls[number].status = nil } }
  }

  private func read(_ connection: Int32) -> (head: String, body: String)? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) }
        let body = text[end.upperBound...]
        if body.utf8.count >= length ?? 0 { return (head, String(body)) }
      }
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      bytes += piece.prefix(count)
    }
  }
}
