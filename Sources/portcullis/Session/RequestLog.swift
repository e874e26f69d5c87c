import Glibc
import PortcullisCore
import PortcullisServer

/// A line for each request a replay server was sent, written before it is answered.
final class RequestLog: Sendable {
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandFailure("the log '\(visible(path))' cannot be written: \(String(cString: strerror(errno)))", code: .cannotWrite)
    }
  }

  deinit { close(descriptor) }

  func add(_ query: ReplayServer.Query, isFound: Bool) {
    let last = query.messages.last?.content ?? ""
    let line = JSON.object([
      ("model", .string(query.model)), ("last_message", .string(String(last.prefix(200)))), ("found", .bool(isFound)),
    ])
    write(line.compactText + "\n", to: descriptor)  // one write, appended whole
  }
}
