import Glibc
package import PortcullisCore

/// The bytes of standard input, a pipe or a file that may still grow: read once, in order, as they come.
package final class ByteStream: ByteSupply {
  package let shown: String
  package private(set) var offset = 0
  private let descriptor: Int32
  private let isOurs: Bool
  private static let chunk = 256 << 10

  /// - Parameter path: `-` is standard input. A pipe is waited for until somebody writes to it.
  ///
  /// Throws a `Diagnostic`: missing, a folder, a device, or not readable.
  package init(path: String) throws(Diagnostic) {
    guard path != "-" else {
      shown = "standard input"
      descriptor = STDIN_FILENO
      isOurs = false
      return
    }
    let place = Place(file: path)
    guard !path.utf8.contains(0) else { throw Diagnostic(.error, "a file name may not hold NUL", at: place) }
    var before = stat()
    guard stat(path, &before) == 0 else { throw Diagnostic(.error, openingTrouble(errno), at: place) }
    if before.st_mode & S_IFMT != S_IFIFO { try checkRegular(before, place) }  // before opening: a device might act
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else { throw Diagnostic(.error, openingTrouble(errno), at: place) }
    shown = path
    descriptor = opened
    isOurs = true
  }

  deinit { if isOurs { close(descriptor) } }

  /// Waits until there is something to read.
  package func next() throws(Diagnostic) -> [UInt8]? {
    var trouble: Int32 = 0
    var bytes = [UInt8](unsafeUninitializedCapacity: ByteStream.chunk) { buffer, count in
      repeat {
        let got = read(descriptor, buffer.baseAddress, buffer.count)
        trouble = got < 0 ? errno : 0
        count = max(0, got)
      } while trouble == EINTR
    }
    guard trouble == 0 else {
      throw Diagnostic(.error, "cannot be read: \(String(cString: strerror(trouble)))", at: Place(file: shown))
    }
    guard !bytes.isEmpty else { return nil }
    if offset == 0 {
      try rejectForeignEncoding(bytes, file: shown)
      offset = bytes.count
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
      return bytes.isEmpty ? try next() : bytes
    }
    offset += bytes.count
    return bytes
  }
}
