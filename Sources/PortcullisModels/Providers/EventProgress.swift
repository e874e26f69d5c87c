import Synchronization

/// Tells, while an event stream arrives, whether a piece brought more than comments and blank lines: a server that only says that it is
/// still there must run over the idle limit.
final class EventProgress: Sendable {
  private enum Place { case lineStart, comment, field }
  private let place = Mutex(Place.lineStart)

  static func hook() -> HTTPBodyHook {
    let progress = EventProgress()
    return { progress.isProgress($0) }
  }

  func isProgress(_ piece: UnsafeRawBufferPointer) -> Bool {
    place.withLock { place in
      var found = false
      for byte in piece {
        switch (place, byte) {
        case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")): place = .lineStart
        case (.lineStart, UInt8(ascii: ":")): place = .comment
        case (.lineStart, _), (.field, _):
          place = .field
          found = true
        case (.comment, _): break
        }
      }
      return found
    }
  }
}
