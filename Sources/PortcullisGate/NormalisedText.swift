@_spi(_Unicode) import Swift  // String._nfc: the standard library's own normaliser; the Gate may not import Foundation for one

extension StableHash {
  /// Adds a text as people read it, and its end: composed (NFC), in lower case, without invisible characters, runs of white space as one blank,
  /// none around it.
  ///
  /// - Returns: Whether anything was left of it.
  mutating func add(normalised text: String) -> Bool {
    var text = text
    var words = WordHasher(hash: self)
    let isASCII = text.withUTF8 { bytes in
      guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
      for byte in bytes {
        switch byte {
        case 0x09...0x0D, 0x20: words.isApart = true
        case 0x41...0x5A: words.add(byte | 0x20)
        default: words.add(byte)
        }
      }
      return true
    }
    if !isASCII {
      for scalar in text._nfc {
        if scalar.properties.isWhitespace {
          words.isApart = true
        } else if !scalar.properties.isDefaultIgnorableCodePoint {
          for byte in scalar.properties.lowercaseMapping.utf8 { words.add(byte) }
        }
      }
    }
    self = words.hash
    add(0xFF)
    return !words.isEmpty
  }
}

private struct WordHasher {
  var hash: StableHash
  var isEmpty = true
  /// Whether white space stood before what comes next.
  var isApart = false

  @inline(__always)
  mutating func add(_ byte: UInt8) {
    if isApart, !isEmpty { hash.add(UInt8(ascii: " ")) }
    (isApart, isEmpty) = (false, false)
    hash.add(byte)
  }
}
