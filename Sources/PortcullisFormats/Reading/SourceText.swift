package import PortcullisCore

/// The bytes of a text file, shown to be UTF-8 without NUL; a byte-order mark is dropped.
package struct SourceText: Sendable {
  package let bytes: [UInt8]

  /// Throws a `Diagnostic` that names the encoding it looks like and the place of the first bad byte.
  package init(_ raw: [UInt8], file: String) throws(Diagnostic) {
    try rejectForeignEncoding(raw, file: file)
    bytes = raw.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(raw.dropFirst(3)) : raw
    if let trouble = textTrouble(in: bytes) {
      let position = position(of: trouble.offset, in: bytes)
      throw Diagnostic(
        .error, trouble.message, at: Place(file: file, line: Int(position.line), column: Int(position.column)), help: trouble.help)
    }
  }
}

/// Throws where the first bytes of a file show that it is no UTF-8 text at all.
func rejectForeignEncoding(_ head: [UInt8], file: String) throws(Diagnostic) {
  if head.starts(with: [0x1F, 0x8B]) {
    throw Diagnostic(.error, "this is compressed (gzip), not text", at: Place(file: file), help: "unpack it first")
  }
  if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || looksLikeUTF16(head) {
    throw Diagnostic(.error, "this is UTF-16", at: Place(file: file, line: 1, column: 1), help: "save the file as UTF-8")
  }
}

/// The first byte that keeps a text from being UTF-8 without NUL, and why; nil for good text.
func textTrouble(in bytes: [UInt8]) -> (offset: Int, message: String, help: String?)? {
  if String(validating: bytes, as: UTF8.self) == nil {
    let offset = validUTF8Prefix(bytes)
    let byte = String(bytes[offset], radix: 16, uppercase: true)
    return (offset, "invalid UTF-8: the byte 0x\(byte) begins no character", "save the file as UTF-8 (is it Latin-1 or Windows-1252?)")
  }
  if let offset = bytes.firstIndex(of: 0) { return (offset, "the file holds a NUL byte", nil) }
  return nil
}

/// Line and column of a byte; lines end with LF.
func position(of offset: Int, in bytes: [UInt8]) -> Position {
  var line = 1, start = 0
  for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
    line += 1
    start = index + 1
  }
  return Position(line: line, column: 1 + characters(in: bytes[start..<max(start, min(offset, bytes.count))]))
}

/// Code points in UTF-8 text, as editors and libyaml count columns.
func characters(in bytes: ArraySlice<UInt8>) -> Int {
  bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
}

/// Bytes before the first that is not valid; the whole count if all are.
private func validUTF8Prefix(_ bytes: [UInt8]) -> Int {
  var low = 0
  while low < bytes.count {
    let end = min(low + 4096, bytes.count)
    var decoder = UTF8.ForwardParser()
    var iterator = bytes[low..<bytes.count].makeIterator()
    var at = low
    while at < end {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): at += scalar.count
      case .error, .emptyInput: return at
      }
    }
    low = at
  }
  return bytes.count
}

/// Text without a byte-order mark whose every other byte is zero, as far as its first 32 bytes show.
private func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
  let head = Array(bytes.prefix(32))
  guard head.count >= 4 else { return false }
  let even = stride(from: 0, to: head.count, by: 2).allSatisfy { head[$0] == 0 }
  let odd = stride(from: 1, to: head.count, by: 2).allSatisfy { head[$0] == 0 }
  return even != odd
}
