//! Outbound HTTP as tower layers, with the SSRF guard in the connector.
