package explain

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// hashKind is a hash function. The length of a digest identifies it.
type hashKind struct {
	name string
	size int // bytes
	new  func() hash.Hash
}

// hashKinds lists the hashes that people use for signatures. ArtiBot's is the first.
var hashKinds = [...]hashKind{
	{"SHA1", sha1.Size, sha1.New},
	{"SHA256", sha256.Size, sha256.New},
	{"SHA512", sha512.Size, sha512.New},
	{"MD5", md5.Size, md5.New},
	{"SHA384", sha512.Size384, sha512.New384},
	{"SHA224", sha256.Size224, sha256.New224},
}

// hashOf returns the hash whose digests have the length of this one.
func hashOf(digest []byte) (kind *hashKind, ok bool) {
	for i := range hashKinds {
		if hashKinds[i].size == len(digest) {
			return &hashKinds[i], true
		}
	}
	return nil, false
}
