//! `kalends openapi`: the document that every server answers at `/openapi.json`.

pub(crate) fn run() {
    println!("{}", kalends_api::Api::openapi());
}
