import PortcullisCore

// Long rows of numbers in a stored state.

/// Finite numbers as a list; whole ones are exact up to 2⁵³.
func numbers(_ values: [Double]) -> JSON { .array(values.map(JSON.double)) }

/// nil where it is no list of numbers.
func doubles(_ json: JSON?) -> [Double]? {
  guard let list = json?.array else { return nil }
  var values: [Double] = []
  values.reserveCapacity(list.count)
  for item in list {
    guard let value = item.double, value.isFinite else { return nil }
    values.append(value)
  }
  return values
}

/// Words of 64 bits as hexadecimal text, sixteen digits each.
func hexText(_ words: [UInt64]) -> String {
  var text = ""
  text.reserveCapacity(words.count * 16)
  for word in words {
    let digits = String(word, radix: 16)
    text += String(repeating: "0", count: 16 - digits.count) + digits
  }
  return text
}

/// nil where the text is none that `hexText` wrote.
func words(hex text: String) -> [UInt64]? {
  let bytes = Array(text.utf8)
  guard bytes.count.isMultiple(of: 16) else { return nil }
  var words: [UInt64] = []
  words.reserveCapacity(bytes.count / 16)
  for start in stride(from: 0, to: bytes.count, by: 16) {
    guard let word = UInt64(String(decoding: bytes[start..<start + 16], as: UTF8.self), radix: 16) else { return nil }
    words.append(word)
  }
  return words
}
