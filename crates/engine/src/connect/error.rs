//! Why connecting failed, in words for the application and, where it can help, for the person.

use kalends_core::provider::{Feature, ProviderKind};
use kalends_providers::provider::ProviderError;
use kalends_store::StoreError;

/// Why a connection was not started or made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The server has no client for this provider.
    #[error("{provider} is not set up on this server")]
    ProviderNotConfigured {
        /// The provider asked for.
        provider: ProviderKind,
    },
    /// The provider is not connected by OAuth.
    #[error("{provider} accounts are not connected by OAuth")]
    NotOAuth {
        /// The provider asked for.
        provider: ProviderKind,
    },
    /// No feature was named.
    #[error("name at least one feature, such as calendar_read")]
    NoFeature,
    /// The provider has no such feature.
    #[error("{provider} has no feature {feature}")]
    UnsupportedFeature {
        /// The provider asked for.
        provider: ProviderKind,
        /// The feature that it lacks.
        feature: Feature,
    },
    /// The address to return to is on no allow-list.
    #[error("{reason}")]
    ReturnTo {
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// The address of a feed cannot be used.
    #[error("{reason}")]
    FeedAddress {
        /// What is wrong with it, fit to be shown to the person.
        reason: String,
    },
    /// The feed could not be fetched or read.
    #[error("the feed cannot be read")]
    Feed(#[source] ProviderError),
    /// The tenant does not exist.
    #[error("no such tenant")]
    UnknownTenant,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a return from the provider made no connection.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// The state is missing, unknown, used or older than ten minutes.
    #[error("this sign-in has expired or was already used; start again")]
    UnknownState,
    /// The browser is not the one that started.
    #[error("this sign-in was started in another browser; start again")]
    OtherBrowser,
    /// The person declined at the provider.
    #[error("access was declined at the provider")]
    Declined,
    /// The provider sent the person back with an error of its own.
    #[error("the provider refused: {code}")]
    Refused {
        /// The provider's code (RFC 6749 section 4.1.2.1).
        code: String,
    },
    /// The code could not be exchanged or the account not identified.
    #[error("the provider did not complete the sign-in")]
    Exchange(#[source] ProviderError),
    /// The server has no client for this provider any more.
    #[error("{provider} is not set up on this server")]
    ProviderNotConfigured {
        /// The provider of the callback.
        provider: ProviderKind,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
