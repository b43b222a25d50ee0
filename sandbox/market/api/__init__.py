"""The Seller API, one module per subject: what is asked, what is changed in the world, what is answered."""
