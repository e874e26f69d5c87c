@_spi(_Unicode) import Swift  // String._nfc: the standard library's own normaliser

/// A text to look for: the same bytes, or the same characters spelt otherwise (composed and decomposed forms are one text).
struct Needle: Sendable {
  let text: String
  private let bytes: [UInt8]
  private let isASCII: Bool

  init(_ text: String) {
    self.text = text
    isASCII = text.utf8.allSatisfy { $0 < 0x80 }
    bytes = isASCII ? Array(text.utf8) : composedBytes(text)
  }

  /// Where it stands in `haystack`, in bytes of `haystack`; where only the composed form holds it, the range is empty and at 0.
  func firstRange(in haystack: String) -> Range<Int>? {
    if let place = find(bytes, in: haystack) { return place..<place + bytes.count }
    if isASCII { return nil }
    return find(bytes, in: composedBytes(haystack)) == nil ? nil : 0..<0
  }
}

/// The composed form (NFC).
func composed(_ text: String) -> String {
  text.utf8.allSatisfy { $0 < 0x80 } ? text : String(decoding: composedBytes(text), as: UTF8.self)
}

private func composedBytes(_ text: String) -> [UInt8] {
  var out = [UInt8]()
  out.reserveCapacity(text.utf8.count)
  for scalar in text._nfc { out.append(contentsOf: UTF8.encode(scalar)!) }  // every scalar has a UTF-8 form
  return out
}

private func find(_ needle: [UInt8], in text: String) -> Int? {
  var text = text
  return text.withUTF8 { find(needle, in: $0) }
}

private func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
  bytes.withUnsafeBufferPointer { find(needle, in: $0) }
}

private func find(_ needle: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  needle.withUnsafeBufferPointer { needle in
    guard let first = needle.first else { return 0 }
    guard bytes.count >= needle.count else { return nil }
    search: for start in 0...(bytes.count - needle.count) where bytes[start] == first {
      for offset in 1..<max(1, needle.count) where bytes[start + offset] != needle[offset] { continue search }
      return start
    }
    return nil
  }
}

/// Without white space at either end.
func trimmed(_ text: String) -> Substring {
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return text[first...last]
}
