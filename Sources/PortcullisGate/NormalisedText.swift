@_spi(_Unicode) import Swift  // String._nfc: the standard library's own normaliser; the Gate may not import Foundation for one

extension StableHash {
  /// Adds a text as people read it, in lower case, and its end (`forEachNormalisedByte`).
  ///
  /// - Returns: Whether anything was left of it.
  mutating func add(normalised text: String) -> Bool {
    var (hash, isEmpty) = (self, true)
    text.forEachNormalisedByte(foldingCase: true) { byte in
      hash.add(byte)
      isEmpty = false
    }
    self = hash
    add(0xFF)
    return !isEmpty
  }
}

extension String {
  /// The text as people read it, byte by byte: composed (NFC), without invisible characters, runs of white space as one blank, none around it.
  @inline(__always)
  func forEachNormalisedByte(foldingCase foldsCase: Bool, _ body: (UInt8) -> Void) {
    var text = self
    var words = WordSpacing()
    let isASCII = text.withUTF8 { bytes in
      guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
      for byte in bytes {
        switch byte {
        case 0x09...0x0D, 0x20: words.isApart = true
        case 0x41...0x5A: words.add(foldsCase ? byte | 0x20 : byte, body)
        default: words.add(byte, body)
        }
      }
      return true
    }
    if isASCII { return }
    for scalar in text._nfc {
      if scalar.properties.isWhitespace {
        words.isApart = true
      } else if !scalar.properties.isDefaultIgnorableCodePoint {
        for byte in (foldsCase ? scalar.properties.lowercaseMapping : String(scalar)).utf8 { words.add(byte, body) }
      }
    }
  }
}

private struct WordSpacing {
  private var isEmpty = true
  /// Whether white space stood before what comes next.
  var isApart = false

  @inline(__always)
  mutating func add(_ byte: UInt8, _ body: (UInt8) -> Void) {
    if isApart, !isEmpty { body(UInt8(ascii: " ")) }
    (isApart, isEmpty) = (false, false)
    body(byte)
  }
}
