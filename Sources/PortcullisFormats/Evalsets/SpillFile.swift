import Glibc
import PortcullisCore

/// A temporary file without a name: it is gone with the process, whatever ends it.
final class SpillFile {
  private(set) var runs: [Range<Int>] = []
  private let descriptor: Int32
  private var end = 0

  init() throws(Diagnostic) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((folder + "/portcullis-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw SpillFile.trouble("no temporary file can be made in \(folder)") }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  func write(run records: some Sequence<ArraySlice<UInt8>>) throws(Diagnostic) {
    let start = end
    var buffer = [UInt8]()
    for record in records {
      buffer += record
      if buffer.count >= 1 << 20 { try flush(&buffer) }
    }
    try flush(&buffer)
    runs.append(start..<end)
  }

  /// Up to `count` bytes from a place of the file.
  func read(at offset: Int, count: Int) throws(Diagnostic) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      while done < count {
        let got = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))  // count > 0
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        guard got > 0 else { return }
        done += got
      }
    }
    if failed { throw SpillFile.trouble("the temporary file cannot be read") }
    return bytes
  }

  private func flush(_ buffer: inout [UInt8]) throws(Diagnostic) {
    var done = 0
    while done < buffer.count {
      let count = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }  // not empty here
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SpillFile.trouble("the temporary file cannot be written") }
      done += count
    }
    end += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private static func trouble(_ message: String) -> Diagnostic {
    Diagnostic(.error, "\(message): \(String(cString: strerror(errno)))", help: "TMPDIR names the folder for temporary files")
  }
}

/// The records of one run, read in pieces.
struct RunReader {
  private let file: SpillFile
  private var rest: Range<Int>
  private var bytes: [UInt8] = []
  private var start = 0

  init(_ file: SpillFile, run: Int) throws(Diagnostic) {
    self.file = file
    rest = file.runs[run]
    try fill()
  }

  /// The id of the record that comes next; nil at the end.
  var id: ArraySlice<UInt8>? { start < bytes.count ? Record.id(bytes, start) : nil }

  /// - Precondition: `id` is not nil.
  mutating func take() throws(Diagnostic) -> IndexedCase {
    let record = Record.read(bytes, start)
    start = Record.end(bytes, start)
    if bytes.count - start < Record.longest { try fill() }
    return record
  }

  private mutating func fill() throws(Diagnostic) {
    guard !rest.isEmpty else { return }
    bytes = Array(bytes[start...])
    start = 0
    let more = try file.read(at: rest.lowerBound, count: min(64 << 10, rest.count))
    guard !more.isEmpty else { throw Diagnostic(.error, "the temporary file was cut") }
    rest = rest.lowerBound + more.count..<rest.upperBound
    bytes += more
  }
}
