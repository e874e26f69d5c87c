import PortcullisCore

/// Where bytes come from, piece by piece.
protocol ByteSupply: AnyObject {
  /// As the user would type it.
  var shown: String { get }
  /// Bytes handed out.
  var offset: Int { get }
  /// The next piece, not empty and without a byte-order mark; nil at the end.
  func next() throws(Diagnostic) -> [UInt8]?
}

/// The bytes of a file in pieces, each piece hashed; refuses to go on where the file changed while it was open.
final class ByteSource: ByteSupply {
  let file: RegularFile
  var shown: String { file.shown }
  private(set) var offset = 0
  private var hash = DigestStream()
  private static let chunk = 256 << 10

  init(_ file: RegularFile) { self.file = file }

  func next() throws(Diagnostic) -> [UInt8]? {
    try checkUnchanged()
    var failure: Diagnostic?
    var bytes = [UInt8](unsafeUninitializedCapacity: ByteSource.chunk) { buffer, count in
      do throws(Diagnostic) { count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    try checkUnchanged()
    guard !bytes.isEmpty else { return nil }
    hash.add(bytes)
    if offset == 0 {
      try rejectForeignEncoding(bytes, file: file.shown)
      offset = bytes.count
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    } else {
      offset += bytes.count
    }
    return bytes
  }

  /// The digest of all bytes handed out; the source may not be used any more.
  func finish() -> Digest {
    var last = DigestStream()
    swap(&last, &hash)
    return last.finish()
  }

  private func checkUnchanged() throws(Diagnostic) {
    guard file.currentIdentity() == file.identity else { throw changed(file.shown) }
  }
}

/// Nobody can say any more which cases were checked.
func changed(_ file: String) -> Diagnostic {
  Diagnostic(.error, "the file changed while it was being read", at: Place(file: file), help: "run again when nothing writes to it")
}
