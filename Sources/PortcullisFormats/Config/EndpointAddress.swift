import PortcullisCore

/// A `base_url` that may be called, as far as its text can tell. The transfer judges again what a name resolves to.
struct EndpointAddress: Hashable {
  /// Without final slashes.
  let text: String
  let isSecure: Bool
  /// In lower case, without brackets and final dot.
  let host: String

  var isLoopback: Bool { PortcullisCore.isLoopback(url: text) }

  /// - Throws: What keeps it from being called. Where it may hold a secret it is not quoted.
  init(_ text: String) throws(Objection) {
    guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw Objection(
        "a URL may not hold blanks, line breaks or characters beyond ASCII", help: "write it as in 'https://api.example.com/v1'")
    }
    let (scheme, rest) = try Self.split(text)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
    guard !authority.contains("@") else {
      throw Objection("a URL may not hold a user name or password", help: "name the key's environment variable in 'api_key': {env: NAME}")
    }
    let tail = rest.dropFirst(authority.count)
    guard !tail.contains("?"), !tail.contains("#") else {
      throw Objection("a 'base_url' ends with its path, without '?' or '#'", help: "a key belongs in 'api_key': {env: NAME}")
    }
    guard !tail.contains("\\") else { throw Objection("'\(text)' is no URL: '\\' is not allowed") }
    let (host, port) = try Self.hostAndPort(authority, in: text)
    if let port { try Self.check(port: port) }
    try Self.check(host: host, isBracketed: authority.hasPrefix("["), in: text)

    isSecure = scheme == "https"
    self.host = host
    var trimmed = text[...]
    while trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.text = String(trimmed)
  }

  private static func split(_ text: String) throws(Objection) -> (scheme: String, rest: Substring) {
    let help = "write it as in 'https://api.example.com/v1'"
    guard let mark = text.firstRange(of: "://") else {
      throw Objection(text.contains("@") || text.contains("?") ? "this is no URL" : "'\(text)' is no URL", help: help)
    }
    let scheme = text[..<mark.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw Objection("'\(scheme)://' is not allowed; a URL must begin with 'http://' or 'https://'", help: help)
    }
    return (scheme, text[mark.upperBound...])
  }

  private static func hostAndPort(_ authority: Substring, in text: String) throws(Objection) -> (host: String, port: Substring?) {
    var host = authority, port: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { throw Objection("'\(text)' is no URL: ']' is missing") }
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { throw Objection("'\(text)' is no URL: unexpected text after ']'") }
      host = authority[authority.index(after: authority.startIndex)..<end]
      port = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    if host.hasSuffix(".") { host.removeLast() }
    guard !host.isEmpty else { throw Objection("'\(text)' is no URL: it names no host") }
    return (host.lowercased(), port)
  }

  private static func check(port: Substring) throws(Objection) {
    guard port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(port), 1...65535 ~= number else {
      throw Objection("port '\(port)' is not within 1 and 65535")
    }
  }

  private static func check(host: String, isBracketed: Bool, in text: String) throws(Objection) {
    let never = Objection("'\(text)' is a link-local or metadata address; these are never called")
    if isBracketed {
      guard let address = IPAddress(sixth: host) else { throw Objection("'[\(host)]' is no IPv6 address") }
      guard !address.isRefused else { throw never }
      return
    }
    let allowed = host.utf8.allSatisfy { byte in
      0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
    guard allowed, !host.contains("..") else { throw Objection("'\(host)' is no host name") }
    guard !metadataNames.contains(host) else { throw never }
    // As in WHATWG's URL standard: a host whose last part is a number is an IPv4 address, or nothing.
    guard let last = host.split(separator: ".").last, IPAddress.number(last) != nil || last.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      return
    }
    guard let address = IPAddress(fourth: host) else { throw Objection("'\(host)' is no IPv4 address") }
    guard !address.isRefused else { throw never }
  }

  /// Names by which clouds offer their metadata.
  private static let metadataNames = [
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
  ]
}
