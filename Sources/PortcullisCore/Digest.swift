import CCrypto

/// The SHA-256 of some content, written `sha256:hex`.
package struct Digest: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// 32 bytes.
  package let bytes: [UInt8]

  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Reads `sha256:` and 64 hexadecimal digits.
  package init?(_ text: String) {
    let prefix = "sha256:"
    guard text.hasPrefix(prefix) else { return nil }
    let digits = Array(text.utf8.dropFirst(prefix.utf8.count))
    guard digits.count == 64 else { return nil }
    var bytes = [UInt8]()
    for place in stride(from: 0, to: 64, by: 2) {
      guard let high = hexDigit(digits[place]), let low = hexDigit(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  package init(of content: [UInt8]) {
    self = content.withUnsafeBytes { Digest(of: $0) }
  }

  package init(of content: UnsafeRawBufferPointer) {
    var out = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    // Fails only where the library itself is broken, and then nothing may go on.
    precondition(EVP_Digest(content.baseAddress, content.count, &out, &count, EVP_sha256(), nil) == 1, "libcrypto cannot hash")
    bytes = out
  }

  /// Of the canonical JSON (RFC 8785): equal values have equal digests on every machine.
  package init(of value: JSON) { self.init(of: value.canonicalBytes) }

  package init(of text: String) { self.init(of: Array(text.utf8)) }

  package var hex: String {
    var out = [UInt8]()
    out.reserveCapacity(64)
    for byte in bytes {
      out.append(hexDigits[Int(byte >> 4)])
      out.append(hexDigits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }

  package var description: String { "sha256:" + hex }

  package static func < (left: Digest, right: Digest) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// A SHA-256 over content that arrives in pieces.
package struct DigestStream: ~Copyable {
  private let context: OpaquePointer

  package init() {
    context = EVP_MD_CTX_new()
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto cannot hash")
  }

  deinit { EVP_MD_CTX_free(context) }

  package mutating func add(_ bytes: [UInt8]) {
    precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "libcrypto cannot hash")
  }

  package consuming func finish() -> Digest {
    var out = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    precondition(EVP_DigestFinal_ex(context, &out, &count) == 1, "libcrypto cannot hash")
    return Digest(bytes: out)!  // 32 bytes by construction
  }
}

/// HMAC-SHA-256, 32 bytes.
package func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
  var out = [UInt8](repeating: 0, count: 32)
  var count: UInt32 = 0
  precondition(HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &out, &count) != nil, "libcrypto cannot sign")
  return out
}
