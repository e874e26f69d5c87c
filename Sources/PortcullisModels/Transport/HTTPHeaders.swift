/// The header fields of an answer. Kept as received and searched when asked: most calls look at two or three of them.
package struct HTTPHeaders: Sendable, Hashable {
  private let block: [UInt8]

  /// - Parameter block: Field lines ending in CR LF or LF; a status line before them is skipped, having no colon before its first blank.
  package init(block: [UInt8]) { self.block = block }

  package init(_ fields: [(String, String)] = []) {
    self.init(block: fields.flatMap { Array("\($0.0): \($0.1)\r\n".utf8) })
  }

  /// The value of the first field of that name, without outer blanks; bytes that are not UTF-8 come out as U+FFFD.
  ///
  /// - Parameter name: Lower case.
  package subscript(name: StaticString) -> String? {
    var found: String?
    forEachField { field, value in
      guard found == nil, isNamed(field, name) else { return }
      found = String(decoding: block[value], as: UTF8.self)
    }
    return found
  }

  /// All values of that name, in order.
  package func all(_ name: StaticString) -> [String] {
    var found: [String] = []
    forEachField { field, value in
      if isNamed(field, name) { found.append(String(decoding: block[value], as: UTF8.self)) }
    }
    return found
  }

  /// All fields in order, names in lower case.
  package var fields: [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    forEachField { field, value in
      found.append((String(decoding: block[field].map(lowercased), as: UTF8.self), String(decoding: block[value], as: UTF8.self)))
    }
    return found
  }

  private func isNamed(_ field: Range<Int>, _ name: StaticString) -> Bool {
    guard field.count == name.utf8CodeUnitCount else { return false }
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return zip(block[field], wanted).allSatisfy { lowercased($0) == $1 }
  }

  private func forEachField(_ visit: (_ name: Range<Int>, _ value: Range<Int>) -> Void) {
    var start = 0
    while start < block.count {
      let end = block[start...].firstIndex(of: UInt8(ascii: "\n")) ?? block.count
      defer { start = end + 1 }
      guard let colon = block[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start,
        !block[start..<colon].contains(UInt8(ascii: " "))
      else { continue }
      var value = (colon + 1)..<end
      while let first = value.first, isBlank(block[first]) { value = (first + 1)..<value.upperBound }
      while let last = value.last, isBlank(block[last]) { value = value.lowerBound..<last }
      visit(start..<colon, value)
    }
  }
}

private func lowercased(_ byte: UInt8) -> UInt8 { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte }
private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") }
