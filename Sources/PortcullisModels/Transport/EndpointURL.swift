import CCurl

/// A URL that may be called, read by the parser that the transfer itself uses.
package struct EndpointURL: Sendable, Hashable {
  package enum Problem: Error, Sendable, Hashable {
    case malformed
    case scheme
    /// `user:password@`: keys belong in headers, named by environment variable.
    case credentials
    case address
  }

  package let isSecure: Bool
  /// In lower case as resolved: brackets removed, number spellings of IPv4 written out.
  package let host: String
  package let port: Int

  /// - Throws: What keeps the URL from being called. A name may still resolve to a refused address; that shows when connecting.
  package init(_ text: String) throws(Problem) {
    guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { throw .malformed }
    var parts = pc_url()
    let verdict = pc_url_check(text, &parts)
    let host = withUnsafeBytes(of: &parts.host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }.lowercased()
    switch verdict {
    case PC_URL_FINE: break
    case PC_URL_SCHEME: throw .scheme
    case PC_URL_CREDENTIALS: throw .credentials
    case PC_URL_ADDRESS: throw .address
    default: throw .malformed
    }
    // libcurl takes the first part of the path for the host.
    guard !text.lowercased().hasPrefix(parts.is_secure ? "https:///" : "http:///") else { throw .malformed }
    guard !Self.metadataNames.contains(host) else { throw .address }
    isSecure = parts.is_secure
    self.host = host
    port = Int(parts.port)
  }

  package var hostAndPort: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Names by which clouds offer their metadata; a proxy would resolve them out of our sight.
  private static let metadataNames: Set<String> = [
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
  ]
}

extension EndpointURL.Problem: CustomStringConvertible {
  /// To follow the quoted URL, which must not be quoted where it holds credentials.
  package var description: String {
    switch self {
    case .malformed: "is not a URL"
    case .scheme: "must begin with 'http://' or 'https://'"
    case .credentials: "holds a user name or password; name the key's environment variable in 'api_key' instead"
    case .address: "is a link-local or metadata address; these are never called"
    }
  }
}
