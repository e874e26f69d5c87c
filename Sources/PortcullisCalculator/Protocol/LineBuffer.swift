/// Cuts a stream of bytes into lines, whatever pieces it comes in.
package struct LineBuffer: Sendable {
  package enum Line: Sendable, Hashable {
    /// Without its end.
    case whole([UInt8])
    /// Longer than the bound; its bytes are gone.
    case tooLong
  }

  /// The most bytes a line may have.
  package let bound: Int
  private var bytes: [UInt8] = []
  /// Where the next line begins, and how far it has been searched for its end.
  private var start = 0
  private var searched = 0
  /// The rest of a line that was too long is being passed over.
  private var isSkipping = false

  package init(bound: Int = 256 << 20) { self.bound = bound }

  package mutating func append(_ piece: UnsafeRawBufferPointer) {
    // What is used up goes once it is most of the buffer, so that each byte is moved about once.
    if start > 65536, start > bytes.count / 2 {
      bytes.removeSubrange(..<start)
      searched -= start
      start = 0
    }
    bytes.append(contentsOf: piece)
  }

  /// The next line that has an end; nil until more bytes are appended.
  package mutating func next() -> Line? {
    while true {
      guard let end = bytes.withUnsafeBufferPointer({ $0[searched...].firstIndex(of: UInt8(ascii: "\n")) }) else {
        searched = bytes.count
        if isSkipping || searched - start > bound {
          isSkipping = true
          reset()
        }
        return nil
      }
      let range = start..<end
      (start, searched) = (end + 1, end + 1)
      let isTooLong = isSkipping || range.count > bound
      isSkipping = false
      if isTooLong { return .tooLong }
      return .whole(range.lowerBound == 0 && start == bytes.count ? takeAll(range.count) : Array(bytes[range]))
    }
  }

  /// What is left at the end of the stream; nil where the last line had its end.
  package mutating func last() -> Line? {
    defer { reset() }
    if isSkipping { return .tooLong }
    guard start < bytes.count else { return nil }
    return .whole(Array(bytes[start...]))
  }

  /// The buffer itself as a line: a long one is not copied.
  private mutating func takeAll(_ count: Int) -> [UInt8] {
    var line = bytes
    reset()
    line.removeSubrange(count...)
    return line
  }

  private mutating func reset() {
    bytes = []
    (start, searched) = (0, 0)
  }
}
