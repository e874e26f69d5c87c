// Numeric hosts in all the spellings that resolvers accept, so that none dodges the list of addresses that are never called.

import Glibc

struct IPAddress: Hashable {
  /// 16 bytes; IPv4 as `::ffff:a.b.c.d`.
  let bytes: [UInt8]

  /// Reads what `inet_aton` reads: one to four numbers, decimal, octal (`0251`) or hexadecimal (`0xA9`), the last filling the rest.
  init?(fourth text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 4, let last = parts.last.flatMap(Self.number) else { return nil }
    var value: UInt64 = 0
    for part in parts.dropLast() {
      guard let byte = Self.number(part), byte <= 255 else { return nil }
      value = value << 8 | byte
    }
    let freeBits = UInt64(8 * (5 - parts.count))
    guard last < 1 << freeBits else { return nil }
    self.init(ipv4: UInt32(value << freeBits | last))
  }

  /// Reads an IPv6 address without brackets; a zone (`%eth0`) is refused, for only link-local addresses need one.
  init?(sixth text: String) {
    var address = in6_addr()
    guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
    bytes = withUnsafeBytes(of: address) { Array($0) }
  }

  private init(ipv4 value: UInt32) {
    bytes =
      [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// One number of an IPv4 address; nil for other text or more than 32 bits.
  static func number(_ text: Substring) -> UInt64? {
    let lowered = text.lowercased()
    let (digits, radix) =
      lowered.hasPrefix("0x")
      ? (lowered.dropFirst(2), 16) : lowered.hasPrefix("0") && lowered.count > 1 ? (lowered.dropFirst(), 8) : (lowered[...], 10)
    if digits.isEmpty { return radix == 16 ? 0 : nil }
    guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }), let value = UInt64(digits, radix: radix) else { return nil }
    return value <= UInt64(UInt32.max) ? value : nil
  }

  /// Link-local addresses and the metadata services of clouds, also inside the IPv6 forms that carry an IPv4 address.
  var isRefused: Bool {
    if bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 { return true }  // fe80::/10
    if bytes == Self.amazon || bytes == Self.google { return true }
    return carriedIPv4.contains(where: Self.isRefused)
  }

  private static func isRefused(ipv4: UInt32) -> Bool {
    ipv4 & 0xFFFF_0000 == 0xA9FE_0000  // 169.254.0.0/16: link-local; AWS, GCP, Azure
      || ipv4 == 0x6464_64C8  // 100.100.100.200: Alibaba
      || ipv4 == 0xC000_00C0  // 192.0.0.192: Oracle
      || ipv4 == 0xA83F_8110  // 168.63.129.16: Azure's host agent
  }

  /// fd00:ec2::254 and fd20:ce::254.
  private static let amazon: [UInt8] = [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]
  private static let google: [UInt8] = [0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]

  private var carriedIPv4: [UInt32] {
    func word(_ start: Int) -> UInt32 { bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    let head = Array(bytes.prefix(12))
    var found = [UInt32]()
    let mapped = Array(repeating: UInt8(0), count: 10) + [0xFF, 0xFF]
    let translated = Array(repeating: UInt8(0), count: 8) + [0xFF, 0xFF, 0, 0]
    let compatible = Array(repeating: UInt8(0), count: 12)
    if head == mapped || head == translated || head == compatible { found.append(word(12)) }
    if bytes[0] == 0, bytes[1] == 0x64, bytes[2] == 0xFF, bytes[3] == 0x9B { found.append(word(12)) }  // NAT64, both prefixes
    if bytes[0] == 0x20, bytes[1] == 0x02 { found.append(word(2)) }  // 6to4
    if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] == 0, bytes[3] == 0 { found.append(~word(12)) }  // Teredo
    if bytes[8] & 0xFD == 0, bytes[9] == 0, bytes[10] == 0x5E, bytes[11] == 0xFE { found.append(word(12)) }  // ISATAP
    return found
  }
}
