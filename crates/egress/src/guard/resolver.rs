//! The resolver of the guarded client: a name that leads anywhere private resolves to nothing.
//!
//! The connector connects to what this returns and asks no second time, so a name cannot change its mind in between.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{BlockReason, address};

#[derive(Debug)]
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Addrs = Box::new(screen(found)?.into_iter());
            Ok(addresses)
        })
    }
}

/// All or nothing: a name with one private address is a private name.
fn screen(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, BlockReason> {
    if found.iter().all(|found| address::is_public(found.ip())) {
        Ok(found)
    } else {
        Err(BlockReason::PrivateAddress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[&str], expect: Result<usize, BlockReason>) {
        let found = found.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(screen(found).map(|kept| kept.len()), expect);
    }

    #[test]
    fn every_address_must_be_public() {
        check(&["8.8.8.8:0", "[2606:4700:4700::1111]:0"], Ok(2));
        check(&["8.8.8.8:0", "10.0.0.1:0"], Err(BlockReason::PrivateAddress));
        check(&["[::ffff:127.0.0.1]:0"], Err(BlockReason::PrivateAddress));
    }

    #[tokio::test]
    async fn a_name_for_loopback_does_not_resolve() {
        let error = PublicOnly
            .resolve("localhost".parse().unwrap())
            .await
            .err()
            .unwrap();
        assert_eq!(
            error.downcast_ref::<BlockReason>(),
            Some(&BlockReason::PrivateAddress)
        );
    }
}
